-- One row per cell that fails, or whose text stands for a state: what is said of it, under its layout's name.
with

remarked as (

    select
        *,
        unnest(remarks) as remark
    from {{ ref('stg_record_row') }}
    where remarks is not null

),

source_columns as (

    select * from {{ ref('stg_source_column') }}

),

final as (

    select
        remarked.row_id,
        remarked.submission_id,
        remarked.sheet,
        remarked.row_number,
        remarked.record,
        remarked.instance,
        source_columns.field,
        source_columns.type,
        source_columns.is_key,
        source_columns.column_number,
        source_columns.source_header,
        remarked.remark.text,
        remarked.remark.value_state,
        case when remarked.remark.value_state <> 'reported' then remarked.remark.text end as state_reason,
        remarked.remark.canonical,
        remarked.remark.form_verdict
    from remarked
    inner join source_columns
        on remarked.submission_id = source_columns.submission_id
        and remarked.sheet = source_columns.sheet
        and remarked.record = source_columns.record
        and remarked.instance is not distinct from source_columns.instance
        and remarked.remark.field = source_columns.field

)

select * from final
