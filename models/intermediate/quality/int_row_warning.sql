-- One row per record row with a warning: how many hang on it; one about a whole sheet row hangs on its first record.
with

warnings as (

    select *
    from {{ ref('int_finding') }}
    where severity = 'warning' and row_number is not null and waiver_id is null

),

-- A sheet row may feed several records; counted on each of them, one warning would be several in an aggregate.
first_records as (

    select
        warnings.submission_id,
        warnings.sheet,
        warnings.row_number,
        min(record_rows.row_id) as row_id
    from warnings
    inner join {{ ref('stg_record_row') }} as record_rows using (submission_id, sheet, row_number)
    where warnings.row_id is null
    group by warnings.submission_id, warnings.sheet, warnings.row_number

),

final as (

    select
        coalesce(warnings.row_id, first_records.row_id) as row_id,
        count(*) as warning_count
    from warnings
    left join first_records using (submission_id, sheet, row_number)
    -- A warning about the header row hangs on no record.
    where coalesce(warnings.row_id, first_records.row_id) is not null
    group by coalesce(warnings.row_id, first_records.row_id)

)

select * from final
