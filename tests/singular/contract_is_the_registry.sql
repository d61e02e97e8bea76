-- Fields that macros/contract.sql has otherwise than record_field.csv, and the other way round.
{{ config(tags=['selftest']) }}
with

of_macros as (

    {% for record in record_types() -%}
    {% set outer = loop -%}
    {% for field in record_fields(record) -%}
    {{ 'union all' if not (outer.first and loop.first) }}
    select
        '{{ record }}' as record,
        '{{ field.name }}' as field,
        {{ loop.index }} as position,
        '{{ field.type }}' as type,
        {{ 'true' if field.is_key else 'false' }} as is_key
    {% endfor -%}
    {% endfor %}

),

of_registry as (

    select
        record,
        field,
        position,
        case when code_list = 'boolean' then 'boolean' else type end as type,
        is_key
    from {{ ref('record_field') }}

),

final as (

    (select * from of_macros except select * from of_registry)
    union all
    (select * from of_registry except select * from of_macros)

)

select * from final
