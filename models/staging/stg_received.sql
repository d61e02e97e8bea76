-- One row per cell of a record row: the column it stands in and the text received, whatever it reads as.
{{ config(materialized="view") }}
with

record_rows as (

    select * from {{ ref('stg_record_row') }}

),

source_columns as (

    select * from {{ ref('stg_source_column') }}

),

final as (

    select
        record_rows.row_id,
        source_columns.field,
        source_columns.column_number,
        source_columns.source_header,
        {{ received_text('source_columns', 'source') }} as text
    from record_rows
    inner join source_columns
        on record_rows.submission_id = source_columns.submission_id
        and record_rows.sheet = source_columns.sheet
        and record_rows.record = source_columns.record
        and record_rows.instance is not distinct from source_columns.instance
    inner join {{ source('raw', 'row') }} as source
        on record_rows.submission_id = source.submission_id
        and record_rows.sheet = source.sheet
        and record_rows.row_number = source.row_number

)

select * from final
