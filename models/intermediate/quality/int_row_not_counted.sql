-- One row per record and key, or row without a key, that an error sets apart and in whose place nothing counts.
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

-- Of a full delivery the last one speaks: what it has no more was not returned.
final as (

    select
        record_rows.row_id,
        record_rows.record,
        submissions.meetmoment_code,
        submissions.meetmoment_number,
        record_rows.project_code,
        record_rows.record_key
    from set_apart
    inner join record_rows using (row_id)
    inner join submissions using (submission_id)
    left join full_deliveries using (submission_id, sheet)
    left join counted
        on record_rows.record = counted.record
        and submissions.meetmoment_code = counted.meetmoment_code
        and record_rows.record_key = counted.record_key
    where counted.row_id is null and full_deliveries.next_received_at is null
    qualify row_number() over (
        partition by
            record_rows.record, submissions.meetmoment_code,
            coalesce(record_rows.record_key, record_rows.row_id)
        order by submissions.precedence desc, record_rows.row_id
    ) = 1

)

select * from final
