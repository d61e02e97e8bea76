-- One row per cell whose text is published, where it holds one, or says why it has no value: looked at by gate 1.
with

cells as (

    select * from {{ ref('stg_cell') }}

),

fields as (

    select
        record,
        field,
        is_published_text
    from {{ ref('record_field') }}
    -- What stands where an amount, number, date or code would is published as the reason that it is not there.
    where is_published_text or type <> 'text'

),

final as (

    select
        cells.row_id,
        cells.field,
        case when fields.is_published_text then cells.canonical else cells.state_reason end as text
    from cells
    inner join fields on cells.record = fields.record and cells.field = fields.field
    where
        case when fields.is_published_text then cells.canonical else cells.state_reason end is not null

)

select * from final
