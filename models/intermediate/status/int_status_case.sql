-- One row per meetmoment and status that a project can count as: the scale in force, and what stands in its place.
with

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

scale as (

    select * from {{ ref('int_status_scale') }}

),

value_states as (

    select * from {{ ref('code') }} where code_list = 'value_state' and code <> 'reported'

),

final as (

    select
        meetmomenten.meetmoment_code,
        scale.code as status,
        scale.group_code as status_group,
        scale.label_nl,
        scale.label_en,
        true as is_of_scale
    from meetmomenten
    inner join scale
        on {{ is_in_force('scale', 'meetmomenten') }}
    union all
    select
        meetmomenten.meetmoment_code,
        value_states.code as status,
        value_states.code as status_group,
        value_states.label_nl,
        value_states.label_en,
        false as is_of_scale
    from meetmomenten
    cross join value_states

)

select * from final
