-- One row per submission, sheet, record, instance and field: the source column that feeds the field, or its constant.
with

-- A sheet may hold a record on none of its rows.
held as (

    select distinct
        submission_id,
        sheet,
        record,
        instance
    from {{ ref('stg_record_row') }}

),

final as (

    select
        columns.submission_id,
        columns.sheet,
        columns.record,
        coalesce(columns.instance, '-') as instance,
        columns.field,
        columns.column_number,
        columns.is_transposed,
        case when columns.column_number is not null then columns.source_header end as source_header,
        case when columns.column_number is null then columns.constant end as constant
    from {{ ref('stg_source_column') }} as columns
    inner join held
        on columns.submission_id = held.submission_id
        and columns.sheet = held.sheet
        and columns.record = held.record
        and columns.instance is not distinct from held.instance

)

select * from final
