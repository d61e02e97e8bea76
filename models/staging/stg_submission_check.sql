-- One row per submission: whether it came outside its window, and whether it changes anything; empty where all is well.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

meetmomenten as (

    select * from {{ ref('meetmoment') }}

),

-- What was refused of a return may be the very thing that changed.
partly_refused as (

    select distinct refusals.submission_id
    from {{ source('raw', 'refusal') }} as refusals
    inner join {{ ref('rule') }} as rules on refusals.rule_id = rules.rule_id
    where rules.severity = 'critical'

),

-- Where nothing else was received for a meetmoment there is nothing to compare with.
accompanied as (

    select
        *,
        count(*) over (partition by plan_code, meetmoment_code) as submission_count
    from submissions

),

-- What each row says of which key; a value that cannot be read is compared as text.
record_rows as (

    select
        cells.row_id,
        cells.record,
        string_agg(coalesce(cells.canonical, ''), '|' order by cells.position) filter (where cells.is_key)
            as record_key,
        string_agg(coalesce(cells.canonical, cells.text, '') || '~' || cells.value_state, '|' order by cells.position)
            as content,
        submissions.submission_id,
        submissions.plan_code,
        submissions.meetmoment_code,
        submissions.declared_version,
        submissions.received_at,
        submissions.sha256,
        submissions.withdrawn_at
    from {{ ref('stg_cell') }} as cells
    inner join accompanied as submissions on cells.submission_id = submissions.submission_id
    where submissions.submission_count > 1
    group by all

),

-- What held for the key when the submission came in: of the earlier ones, withdrawn ones apart, the highest version.
compared as (

    select
        record_rows.submission_id,
        record_rows.row_id,
        record_rows.content,
        max_by(earlier.content, (earlier.declared_version, earlier.received_at, earlier.sha256, earlier.row_id))
            as earlier_content
    from record_rows
    left join record_rows as earlier
        on record_rows.plan_code = earlier.plan_code
        and record_rows.meetmoment_code = earlier.meetmoment_code
        and record_rows.record = earlier.record
        and record_rows.record_key = earlier.record_key
        and (earlier.received_at, earlier.sha256) < (record_rows.received_at, record_rows.sha256)
        and coalesce(earlier.withdrawn_at > record_rows.received_at, true)
    group by record_rows.submission_id, record_rows.row_id, record_rows.content

),

changes as (

    select
        submission_id,
        count(*) as row_count,
        count(*) filter (where content is distinct from earlier_content) as changed_count
    from compared
    group by submission_id

),

final as (

    select
        submissions.submission_id,
        case
            when submissions.is_late
                then cast(submissions.received_on as varchar) || ' > ' || meetmomenten.deadline_on
        end as received_after_deadline,
        case
            when submissions.received_on < meetmomenten.opens_on
                then cast(submissions.received_on as varchar) || ' < ' || meetmomenten.opens_on
        end as received_before_opening,
        case
            when changes.changed_count = 0 and partly_refused.submission_id is null then changes.row_count
        end as unchanged_row_count
    from submissions
    inner join meetmomenten
        on submissions.plan_code = meetmomenten.plan_code
        and submissions.meetmoment_code = meetmomenten.meetmoment_code
    left join changes on submissions.submission_id = changes.submission_id
    left join partly_refused on submissions.submission_id = partly_refused.submission_id

)

select * from final
