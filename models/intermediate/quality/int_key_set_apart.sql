-- One row per record, meetmoment and key that gate 1 sets apart as it stands in a row that no later delivery replaces.
with

set_apart as (

    select * from {{ ref('int_row_set_apart') }}

),

record_rows as (

    select * from {{ ref('stg_record_row') }}

),

submissions as (

    select * from {{ ref('int_verdict') }} where verdict = 'accepted' and withdrawn_at is null

),

full_deliveries as (

    select * from {{ ref('int_full_delivery') }}

),

final as (

    select
        record_rows.record,
        submissions.meetmoment_code,
        submissions.meetmoment_number,
        record_rows.record_key,
        min(record_rows.project_code) as project_code
    from set_apart
    inner join record_rows using (row_id)
    inner join submissions using (submission_id)
    left join full_deliveries using (submission_id, sheet)
    where record_rows.record_key is not null and not coalesce(full_deliveries.has_later_standing, false)
    group by record_rows.record, submissions.meetmoment_code, submissions.meetmoment_number, record_rows.record_key

)

select * from final
