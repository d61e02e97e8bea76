-- One row per two compared rows and field in which they differ; of a row that came or went, one with all it says.
with

pairs as (

    select
        record,
        row_id,
        previous_row_id
    from {{ ref('int_restatement_pair') }}
    union
    select
        record,
        row_id,
        previous_row_id
    from {{ ref('int_movement_pair') }}

),

compared as (

    {% for record in record_types() -%}
    {{ 'union all' if not loop.first }}
    select
        pairs.record,
        pairs.row_id,
        pairs.previous_row_id,
        case
            when before.row_id is null or after.row_id is null then [struct_pack(
                field := cast(null as varchar),
                type := cast(null as varchar),
                old_value := {{ told(record, 'before') }},
                new_value := {{ told(record, 'after') }},
                old_state := cast(null as varchar),
                new_state := cast(null as varchar)
            )]
            else {{ differences(record, 'before', 'after') }}
        end as differences
    from pairs
    left join {{ ref('stg_' ~ record) }} as before on pairs.previous_row_id = before.row_id
    left join {{ ref('stg_' ~ record) }} as after on pairs.row_id = after.row_id
    where pairs.record = '{{ record }}'
    {% endfor %}

),

laid_out as (

    select
        record,
        row_id,
        previous_row_id,
        unnest(differences) as difference
    from compared

),

final as (

    select
        record,
        row_id,
        previous_row_id,
        difference.field,
        difference.type,
        difference.old_value,
        difference.new_value,
        difference.old_state,
        difference.new_state
    from laid_out

)

select * from final
