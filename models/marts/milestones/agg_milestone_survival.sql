-- One row per scope, meetmoment of first listing and later one: what became of the milestones since.
with

fates as (

    select * from {{ ref('int_milestone_survival') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

-- A milestone is in the scopes its project was in when it was first listed, so that a cohort never changes.
final as (

    select
        fates.first_meetmoment_code,
        fates.meetmoment_code,
        members.scope_code,
        count(*) as first_listed_count,
        count(*) filter (where fates.fate in ('open', 'realised', 'dropped')) as still_listed_count,
        count(*) filter (where fates.fate = 'open') as open_count,
        count(*) filter (where fates.fate = 'realised') as realised_count,
        count(*) filter (where fates.fate = 'dropped') as dropped_count,
        count(*) filter (where fates.fate = 'left_with_project') as left_with_project_count,
        count(*) filter (where fates.fate = 'gone') as gone_count,
        {{ pct("count(*) filter (where fates.fate in ('open', 'realised', 'dropped'))", 'count(*)') }}
            as still_listed_pct,
        cast(sum(fates.warning_count) as bigint) as warning_count
    from fates
    inner join members
        on fates.first_meetmoment_code = members.meetmoment_code
        and fates.project_code = members.project_code
    group by fates.first_meetmoment_code, fates.meetmoment_code, members.scope_code

)

select * from final
