-- One row per change: a restatement of the same meetmoment or a movement between two, with its kind and the register's word.
with

restatements as (

    select * from {{ ref('int_restatement') }}

),

movements as (

    select * from {{ ref('int_movement') }}

),

kinds as (

    select * from {{ ref('field_change') }}

),

ends as (

    select distinct
        code,
        group_code
    from {{ ref('code') }}
    where group_code in ('stopped', 'dropped')

),

register as (

    select * from {{ ref('project_event') }}

),

changes as (

    select
        'restatement' as comparison,
        *
    from restatements
    union all
    select
        'movement' as comparison,
        *
    from movements

),

kinded as (

    select
        changes.*,
        case
            when changes.difference <> 'value' then changes.difference
            when changes.field = 'explanation' then 'explained'
            when ends.group_code = 'stopped' then 'stopped'
            when ends.group_code = 'dropped' then 'cancelled'
            when kinds.kind is not null then kinds.kind
            when changes.type = 'date' and changes.old_value is not null and changes.new_value is not null
                then 'moved_date'
            when changes.comparison = 'restatement' then 'restated_value'
            else 'developed_value'
        end as kind
    from changes
    left join kinds
        on changes.record = kinds.record
        and changes.field = kinds.field
    left join ends
        on changes.field = 'status'
        and changes.new_value = ends.code

),

-- The register speaks of projects; one that was merged or split is gone from the returns.
final as (

    select
        kinded.* replace (
            case
                when kinded.kind = 'dropped' then coalesce(register.event_type, kinded.kind)
                else kinded.kind
            end as kind
        ),
        register.event_type is not null as is_in_register,
        register.related_project_code,
        register.reason_nl as register_reason_nl,
        register.reason_en as register_reason_en,
        register.reference as register_reference
    from kinded
    left join register
        on kinded.record = 'project'
        and kinded.comparison = 'movement'
        and kinded.plan_code = register.plan_code
        and kinded.meetmoment_code = register.meetmoment_code
        and kinded.project_code = upper(register.project_code)
        and (
            kinded.kind = register.event_type
            or kinded.kind = 'dropped' and register.event_type in ('merged', 'split')
        )

)

select * from final
