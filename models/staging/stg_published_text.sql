-- One row per cell whose text is published, where it holds one: gate 1 looks for personal data in it.
with

cells as (

    select * from {{ ref('stg_cell') }}

),

fields as (

    select
        record,
        field
    from {{ ref('record_field') }}
    where is_published_text

),

final as (

    select
        cells.row_id,
        cells.field,
        cells.canonical as text
    from cells
    inner join fields on cells.record = fields.record and cells.field = fields.field
    where cells.canonical is not null

)

select * from final
