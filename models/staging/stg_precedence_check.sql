-- One row per submission: what counts instead of it, and beside what it came where nothing says which counts.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

record_rows as (

    select * from {{ ref('stg_record_row') }}

),

-- Files of one moment that say different things of the same.
contested as (

    select
        submissions.meetmoment_code,
        submissions.received_at,
        list(distinct submissions.submission_id) as submission_ids
    from record_rows
    inner join submissions using (submission_id)
    group by submissions.meetmoment_code, submissions.received_at, record_rows.record, record_rows.stated_key
    having count(distinct submissions.submission_id) > 1 and count(distinct record_rows.content) > 1

),

contesting as (

    select distinct
        submission_ids,
        unnest(submission_ids) as submission_id
    from contested

),

-- In one series the names decide where they declare different versions. Two known senders are another matter.
undeclared as (

    select
        one.submission_id,
        string_agg(distinct other.file_name, ', ' order by other.file_name) as beside_files,
        max_by(other.file_name, other.precedence) as highest_file,
        max(other.precedence) as highest_precedence
    from contesting as these
    inner join contesting as others using (submission_ids)
    inner join submissions as one on these.submission_id = one.submission_id
    inner join submissions as other on others.submission_id = other.submission_id
    where
        one.submission_id <> other.submission_id
        and coalesce(one.sender_code = other.sender_code, true)
        and (
            one.series is distinct from other.series
            or (one.declared_version, coalesce(one.declared_order, 0))
            = (other.declared_version, coalesce(other.declared_order, 0))
        )
    group by one.submission_id

),

final as (

    select
        submissions.submission_id,
        overtaking.file_name || ' (' || overtaking.received_on || ')' as counts_instead,
        undeclared.beside_files as came_beside,
        case
            when undeclared.highest_precedence > submissions.precedence then undeclared.highest_file
            when undeclared.submission_id is not null then submissions.file_name
        end as counts_of_these
    from submissions
    left join submissions as overtaking on submissions.overtaken_by = overtaking.submission_id
    left join undeclared on submissions.submission_id = undeclared.submission_id

)

select * from final
