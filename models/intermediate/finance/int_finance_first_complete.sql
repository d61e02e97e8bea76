-- One row per meetmoment, scope, project and measure: the provisional amount when first complete and now.
with

completions as (

    select * from {{ ref('int_meetmoment_completion') }} where first_complete_at is not null

),

project_versions as (

    select * from {{ ref('int_project_version') }}

),

scopes as (

    select * from {{ ref('reg_scope') }}

),

amount_versions as (

    select * from {{ ref('int_finance_version') }} where execution = {{ as_first_told() }}

),

-- Who was of the scope as it was known then; a constant scope of a later meetmoment was not known at all.
members_then as (

    select
        completions.meetmoment_code,
        completions.first_complete_at,
        scopes.scope_code,
        projects.project_code
    from completions
    inner join project_versions as projects
        on completions.meetmoment_code = projects.meetmoment_code
        and {{ held_at('projects', 'completions.first_complete_at') }}
    cross join scopes
    inner join project_versions as deciding
        on projects.project_code = deciding.project_code
        and coalesce(scopes.member_of_meetmoment, projects.meetmoment_code) = deciding.meetmoment_code
        and {{ held_at('deciding', 'completions.first_complete_at') }}
    where {{ is_in_scope('deciding', 'scopes') }}

),

amounts as (

    select
        members_then.meetmoment_code,
        members_then.scope_code,
        members_then.project_code,
        amount_versions.measure,
        amount_versions.amount_eur as first_complete_eur,
        null as current_eur,
        0 as warning_count
    from members_then
    inner join amount_versions
        on members_then.meetmoment_code = amount_versions.meetmoment_code
        and members_then.project_code = amount_versions.project_code
        and {{ held_at('amount_versions', 'members_then.first_complete_at') }}
    union all
    select
        members.meetmoment_code,
        members.scope_code,
        members.project_code,
        finance.measure,
        null as first_complete_eur,
        finance.amount_eur as current_eur,
        finance.warning_count
    from {{ ref('int_project_scope') }} as members
    inner join {{ with_warnings('int_finance') }} as finance
        on members.meetmoment_code = finance.meetmoment_code
        and members.project_code = finance.project_code
        and finance.execution = {{ as_first_told() }}

),

final as (

    select
        meetmoment_code,
        scope_code,
        project_code,
        measure,
        max(first_complete_eur) as first_complete_eur,
        max(current_eur) as current_eur,
        max(warning_count) as warning_count
    from amounts
    group by meetmoment_code, scope_code, project_code, measure

)

select * from final
