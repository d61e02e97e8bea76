-- One row per record and key, or row without a key, that an error sets apart and in whose place nothing counts.
with

set_apart as (

    select * from {{ ref('int_row_still_apart') }}

),

final as (

    select
        row_id,
        record,
        meetmoment_code,
        meetmoment_number,
        project_code,
        record_key
    from set_apart
    where counted_precedence is null
    qualify row_number() over (
        partition by record, meetmoment_code, coalesce(record_key, row_id)
        order by precedence desc, row_id
    ) = 1

)

select * from final
