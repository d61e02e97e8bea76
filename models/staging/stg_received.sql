-- One row per cell of a record row: the column it stands in and the text received, whatever it reads as.
{{ config(materialized="view") }}
with

record_rows as (

    select * from {{ ref('stg_record_row') }}

),

final as (

    {{ cells_of('record_rows', source('raw', 'row')) }}

)

select * from final
