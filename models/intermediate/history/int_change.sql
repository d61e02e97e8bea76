-- One row per change, restated for a meetmoment or moved between two, with its kind and the word of the register.
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

    select * from {{ ref('int_registered_event') }}
    qualify row_number() over (
        partition by meetmoment_code, project_code, seen_as order by event_type
    ) = 1

),

-- The first meetmoment that has each record: what is not new there has come back.
first_known as (

    select
        record,
        record_key,
        min(meetmoment_number) as first_number
    from {{ ref('int_record_version') }}
    where is_current
    group by record, record_key

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

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
            when
                changes.comparison = 'movement' and changes.difference = 'added'
                and first_known.first_number < meetmomenten.meetmoment_number
                then 'returned'
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
    left join kinds using (record, field)
    left join first_known using (record, record_key)
    left join meetmomenten using (meetmoment_code)
    left join ends
        on case when changes.field = 'status' then changes.new_value end = ends.code

),

-- The register speaks of projects; what comes or goes with a project has its reason.
final as (

    select
        kinded.* replace (
            case
                when kinded.kind = 'dropped' and kinded.record = 'project'
                    then coalesce(register.event_type, kinded.kind)
                else kinded.kind
            end as kind
        ),
        register.event_type is not null as is_in_register,
        register.related_projects,
        register.reason_nl as register_reason_nl,
        register.reason_en as register_reason_en,
        register.reference as register_reference
    from kinded
    left join register
        on kinded.meetmoment_code = register.meetmoment_code
        and kinded.project_code = register.project_code
        and case
            when kinded.comparison = 'movement' and kinded.kind = 'returned' then 'added'
            when kinded.comparison = 'movement' and (kinded.record = 'project' or kinded.kind in ('added', 'dropped'))
                then kinded.kind
        end = register.seen_as

)

select * from final
