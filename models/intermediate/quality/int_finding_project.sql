-- One row per sheet row with a finding that counts, or would but for an error: the project that it is about.
with

findings as (

    select distinct
        submission_id,
        sheet,
        row_number
    from {{ ref('int_finding') }}

),

projects as (

    select distinct project_code from {{ ref('int_project') }}

),

submissions as (

    select * from {{ ref('int_verdict') }} where verdict = 'accepted' and withdrawn_at is null

),

counted as (

    select * from {{ ref('int_record_version') }} where is_current

),

-- An earlier return may hold in its place; a later one that does, or that lacks it, has mended it.
set_apart as (

    select
        rows_set_apart.submission_id,
        rows_set_apart.sheet,
        rows_set_apart.row_number,
        rows_set_apart.project_code
    from {{ ref('int_quarantined_row') }}
    inner join {{ ref('stg_record_row') }} as rows_set_apart using (row_id)
    inner join submissions using (submission_id)
    left join {{ ref('int_full_delivery') }} as full_deliveries using (submission_id, sheet)
    left join counted
        on rows_set_apart.record = counted.record
        and submissions.meetmoment_code = counted.meetmoment_code
        and rows_set_apart.record_key = counted.record_key
    left join submissions as counting on counted.submission_id = counting.submission_id
    where
        full_deliveries.next_received_at is null
        and (counting.precedence is null or counting.precedence < submissions.precedence)

),

about as (

    select
        submission_id,
        sheet,
        row_number,
        project_code
    from counted
    union all
    select * from set_apart

),

final as (

    select
        submission_id,
        sheet,
        row_number,
        min(project_code) as project_code
    from about
    inner join findings using (submission_id, sheet, row_number)
    inner join projects using (project_code)
    group by submission_id, sheet, row_number

)

select * from final
