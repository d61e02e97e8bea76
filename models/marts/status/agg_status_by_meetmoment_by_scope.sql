-- One row per meetmoment, scope and status of the scale in force: how many projects, of how many.
with

statuses as (

    select * from {{ with_warnings('int_project_status') }}

),

statuses_set_apart as (

    select distinct
        meetmoment_code,
        project_code
    from {{ ref('int_row_not_counted') }}
    where record = 'project_status'

),

members as (

    select * from {{ ref('int_project_scope') }}

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

denominators as (

    select
        members.meetmoment_code,
        meetmomenten.meetmoment_number,
        members.scope_code,
        count(*) as scope_project_count
    from members
    inner join meetmomenten using (meetmoment_code)
    group by members.meetmoment_code, meetmomenten.meetmoment_number, members.scope_code

),

scale as (

    select * from {{ ref('int_status_scale') }}

),

value_states as (

    select * from {{ ref('code') }} where code_list = 'value_state'

),

counted as (

    select
        members.meetmoment_code,
        members.scope_code,
        coalesce(statuses.status, statuses.status_state, {{ no_status() }}) as status,
        count(*) as project_count,
        sum(statuses.warning_count) as warning_count
    from members
    left join statuses using (meetmoment_code, project_code)
    left join statuses_set_apart using (meetmoment_code, project_code)
    group by all

),

-- A status of the scale that no project has is a reported zero; projects without a status are counted as such.
cases as (

    select
        denominators.*,
        scale.code,
        scale.group_code,
        scale.label_nl,
        scale.label_en
    from denominators
    inner join scale
        on {{ is_in_force('scale', 'denominators') }}
    union all
    select
        denominators.*,
        value_states.code,
        value_states.code as group_code,
        value_states.label_nl,
        value_states.label_en
    from denominators
    inner join counted using (meetmoment_code, scope_code)
    inner join value_states on counted.status = value_states.code

),

final as (

    select
        cases.meetmoment_code,
        cases.scope_code,
        cases.code as status,
        cases.group_code as status_group,
        cases.label_nl as status_label_nl,
        cases.label_en as status_label_en,
        coalesce(counted.project_count, 0) as project_count,
        cases.scope_project_count,
        {{ pct('coalesce(counted.project_count, 0)', 'cases.scope_project_count') }} as project_pct,
        cast(coalesce(counted.warning_count, 0) as bigint) as warning_count
    from cases
    left join counted
        on cases.meetmoment_code = counted.meetmoment_code
        and cases.scope_code = counted.scope_code
        and cases.code = counted.status

)

select * from final
