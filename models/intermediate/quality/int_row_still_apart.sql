-- One row per record row that an error sets apart and no later delivery replaces, with what counts instead.
with

set_apart as (

    select * from {{ ref('int_quarantined_row') }}

),

record_rows as (

    select * from {{ ref('stg_record_row') }}

),

submissions as (

    select * from {{ ref('int_verdict') }} where verdict = 'accepted' and withdrawn_at is null

),

counted as (

    select * from {{ ref('int_record_version') }} where is_current

),

full_deliveries as (

    select * from {{ ref('int_full_delivery') }}

),

-- Of full deliveries the last one that was not withdrawn speaks: what it has no more was not returned.
final as (

    select
        record_rows.row_id,
        record_rows.record,
        record_rows.submission_id,
        record_rows.sheet,
        record_rows.row_number,
        submissions.meetmoment_code,
        submissions.meetmoment_number,
        record_rows.project_code,
        record_rows.record_key,
        submissions.precedence,
        counting.precedence as counted_precedence
    from set_apart
    inner join record_rows using (row_id)
    inner join submissions using (submission_id)
    left join full_deliveries using (submission_id, sheet)
    left join counted
        on record_rows.record = counted.record
        and submissions.meetmoment_code = counted.meetmoment_code
        and record_rows.record_key = counted.record_key
    left join submissions as counting on counted.submission_id = counting.submission_id
    where not coalesce(full_deliveries.has_later_standing, false)

)

select * from final
