-- One row per plan, meetmoment, project and event of its identity: first seen, renamed, moved, stopped, gone, merged, split.
with

changes as (

    select * from {{ ref('int_change') }}
    where comparison = 'movement' and (record = 'project' or kind = 'stopped')

),

projects as (

    select * from {{ ref('int_project') }}

),

register as (

    select
        *,
        upper(project_code) as registered_code
    from {{ ref('project_event') }}

),

delivered as (

    select distinct
        plan_code,
        meetmoment_code
    from projects

),

-- Nothing stands before the first return of a project.
first_seen as (

    select
        plan_code,
        project_code,
        min_by(meetmoment_code, meetmoment_number) as meetmoment_code
    from projects
    group by plan_code, project_code

),

-- A move may show in a code and in its name; together they are one event.
seen as (

    select
        plan_code,
        meetmoment_code,
        project_code,
        kind as event_type,
        string_agg(distinct old_value, '; ' order by old_value) as old_value,
        string_agg(distinct new_value, '; ' order by new_value) as new_value,
        max(related_project_code) as related_project_code,
        bool_or(is_in_register) as is_in_register,
        max(register_reason_nl) as register_reason_nl,
        max(register_reason_en) as register_reason_en,
        max(register_reference) as reference,
        max(case when kind = 'stopped' then explanation end) as explanation
    from changes
    where kind in ('renamed', 'moved_cluster', 'moved_ministry', 'stopped', 'dropped', 'merged', 'split')
    group by plan_code, meetmoment_code, project_code, kind
    union all
    select
        first_seen.plan_code,
        first_seen.meetmoment_code,
        first_seen.project_code,
        'added' as event_type,
        null as old_value,
        projects.title as new_value,
        null as related_project_code,
        register.registered_code is not null as is_in_register,
        register.reason_nl as register_reason_nl,
        register.reason_en as register_reason_en,
        register.reference,
        null as explanation
    from first_seen
    inner join projects
        on first_seen.plan_code = projects.plan_code
        and first_seen.meetmoment_code = projects.meetmoment_code
        and first_seen.project_code = projects.project_code
    left join register
        on first_seen.plan_code = register.plan_code
        and first_seen.meetmoment_code = register.meetmoment_code
        and first_seen.project_code = register.registered_code
        and register.event_type = 'added'

),

-- What the register says of a delivered meetmoment and the returns do not show stands here too.
unseen as (

    select register.*
    from register
    inner join delivered
        on register.plan_code = delivered.plan_code
        and register.meetmoment_code = delivered.meetmoment_code
    left join seen
        on register.plan_code = seen.plan_code
        and register.meetmoment_code = seen.meetmoment_code
        and register.registered_code = seen.project_code
        and register.event_type = seen.event_type
    where seen.project_code is null

),

events as (

    select
        *,
        true as is_in_returns
    from seen
    union all by name
    select
        plan_code,
        meetmoment_code,
        registered_code as project_code,
        event_type,
        related_project_code,
        true as is_in_register,
        reason_nl as register_reason_nl,
        reason_en as register_reason_en,
        reference,
        false as is_in_returns
    from unseen

),

final as (

    select
        plan_code || '/' || meetmoment_code as meetmoment_key,
        plan_code || '/' || project_code as project_key,
        event_type,
        old_value,
        new_value,
        plan_code || '/' || upper(related_project_code) as related_project_key,
        coalesce(register_reason_nl, explanation, 'geen reden opgegeven') as reason_nl,
        coalesce(register_reason_en, explanation, 'no reason given') as reason_en,
        case
            when register_reason_nl is not null then 'register'
            when explanation is not null then 'return'
            else 'not_given'
        end as reason_source,
        reference,
        is_in_register,
        is_in_returns
    from events

)

select * from final
