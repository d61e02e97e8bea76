-- One row per plan, meetmoment, scope and status of the scale in force: how many projects, of how many.
with

statuses as (

    select * from {{ ref('int_project_status') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

meetmomenten as (

    select * from {{ ref('meetmoment') }}

),

denominators as (

    select
        members.plan_code,
        members.meetmoment_code,
        meetmomenten.meetmoment_number,
        members.scope_code,
        count(*) as scope_project_count
    from members
    inner join meetmomenten
        on members.plan_code = meetmomenten.plan_code
        and members.meetmoment_code = meetmomenten.meetmoment_code
    group by members.plan_code, members.meetmoment_code, meetmomenten.meetmoment_number, members.scope_code

),

scale as (

    select * from {{ ref('code') }} where code_list = 'project_status'

),

counted as (

    select
        members.plan_code,
        members.meetmoment_code,
        members.scope_code,
        statuses.status,
        count(*) as project_count,
        sum(statuses.warning_count) as warning_count
    from members
    inner join statuses
        on members.plan_code = statuses.plan_code
        and members.meetmoment_code = statuses.meetmoment_code
        and members.project_code = statuses.project_code
    group by members.plan_code, members.meetmoment_code, members.scope_code, statuses.status

),

-- A status of the scale that no project has is a reported zero.
final as (

    select
        denominators.plan_code || '/' || denominators.meetmoment_code as meetmoment_key,
        denominators.plan_code || '/' || denominators.scope_code as scope_key,
        scale.code as status,
        scale.group_code as status_group,
        scale.label_nl as status_label_nl,
        scale.label_en as status_label_en,
        coalesce(counted.project_count, 0) as project_count,
        denominators.scope_project_count,
        {{ pct('coalesce(counted.project_count, 0)', 'denominators.scope_project_count') }} as project_pct,
        cast(coalesce(counted.warning_count, 0) as bigint) as warning_count
    from denominators
    inner join scale
        on denominators.meetmoment_number >= scale.valid_from_meetmoment
        and denominators.meetmoment_number <= coalesce(scale.valid_to_meetmoment, denominators.meetmoment_number)
    left join counted
        on denominators.plan_code = counted.plan_code
        and denominators.meetmoment_code = counted.meetmoment_code
        and denominators.scope_code = counted.scope_code
        and scale.code = counted.status

)

select * from final
