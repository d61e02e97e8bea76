-- One row per record version and field that is no key: one fact, and from when to when it was known.
with

versions as (

    select * from {{ ref('int_record_version') }}

),

cells as (

    select * from {{ ref('stg_cell') }} where not is_key

),

final as (

    select
        versions.*,
        cells.field,
        cells.type,
        cells.position,
        cells.canonical as value,
        cells.value_state
    from versions
    inner join cells on versions.row_id = cells.row_id

)

select * from final
