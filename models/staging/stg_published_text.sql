-- One row per cell whose text is published, where it holds one, or says why it has no value: looked at by gate 1.
with

texts as (

    {% for record in record_types() -%}
    {% set outer = loop -%}
    {% for field in record_fields(record) | selectattr('type', 'equalto', 'text') -%}
    {{ 'union all' if not (outer.first and loop.first) }}
    select
        '{{ record }}' as record,
        row_id,
        '{{ field.name }}' as field,
        {{ field.name }} as text
    from {{ ref('stg_' ~ record) }}
    where {{ field.name }} is not null
    {% endfor -%}
    {% endfor %}

),

-- What stands where an amount, number, date or code would is published as the reason that it is not there.
reasons as (

    select * from {{ ref('stg_cell') }} where type <> 'text' and state_reason is not null

),

published as (

    select * from {{ ref('record_field') }} where is_published_text

),

final as (

    select
        texts.row_id,
        texts.field,
        texts.text
    from texts
    inner join published using (record, field)
    union all
    select
        row_id,
        field,
        state_reason as text
    from reasons

)

select * from final
