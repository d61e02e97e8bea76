-- One row per meetmoment and scope: projects that serve this plan and the facility, counted once.
with

projects as (

    select * from {{ with_warnings('int_project') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

linked as (

    select distinct
        meetmoment_code,
        project_code
    from {{ ref('int_rrf_link') }}
    where is_valid_on_cutoff

),

counted_projects as (

    select
        projects.meetmoment_code,
        members.scope_code,
        count(*) as project_count,
        count(*) filter (where not coalesce(projects.is_rrf, false)) as this_plan_only_count,
        count(*) filter (where projects.is_rrf) as in_both_count,
        count(*) filter (where projects.is_rrf and linked.project_code is null) as in_both_without_link_count,
        count(*) filter (where not coalesce(projects.is_rrf, false) and linked.project_code is not null)
            as linked_without_being_in_both_count,
        cast(sum(projects.budget_initial_eur) as decimal(18, 2)) as budget_initial_eur,
        cast(coalesce(sum(projects.budget_initial_eur) filter (where projects.is_rrf), 0) as decimal(18, 2))
            as in_both_budget_initial_eur,
        sum(projects.warning_count) as warning_count
    from projects
    inner join members using (meetmoment_code, project_code)
    left join linked using (meetmoment_code, project_code)
    group by projects.meetmoment_code, members.scope_code

),

counted_targets as (

    select
        meetmoment_code,
        scope_code,
        cast(sum(link_count) filter (where level = 'plan') as bigint) as link_count,
        count(*) filter (where level = 'measure') as mt_by_measure_count,
        count(*) filter (where level = 'plan') as mt_count,
        count(*) filter (where level = 'plan' and self_reported_status = 'completed') as mt_completed_count,
        count(*) filter (where level = 'plan' and assessed_status = 'fulfilled') as mt_fulfilled_count,
        count(*) filter (where level = 'plan' and assessed_status = 'not_fulfilled') as mt_not_fulfilled_count,
        sum(warning_count) filter (where level = 'plan') as warning_count
    from {{ ref('int_rrf_target_count') }}
    group by meetmoment_code, scope_code

),

final as (

    select
        counted_projects.meetmoment_code,
        counted_projects.scope_code,
        'Een project dat ook in het Europese herstelfonds zit, telt één keer; een mijlpaal of streefdoel telt één'
        || ' keer, hoeveel maatregelen of projecten ze ook dient.' as counting_rule_nl,
        'A project that is also in the EU facility counts once; a milestone or target counts once, however many'
        || ' measures or projects it serves.' as counting_rule_en,
        counted_projects.project_count,
        counted_projects.this_plan_only_count,
        counted_projects.in_both_count,
        counted_projects.project_count + counted_projects.in_both_count as project_count_if_added,
        counted_projects.in_both_count as project_double_count,
        counted_projects.in_both_without_link_count,
        counted_projects.linked_without_being_in_both_count,
        counted_projects.budget_initial_eur,
        counted_projects.in_both_budget_initial_eur,
        coalesce(counted_targets.link_count, 0) as link_count,
        coalesce(counted_targets.mt_count, 0) as mt_count,
        coalesce(counted_targets.mt_by_measure_count, 0) as mt_count_if_added,
        coalesce(counted_targets.mt_by_measure_count - counted_targets.mt_count, 0) as mt_double_count,
        coalesce(counted_targets.mt_completed_count, 0) as mt_completed_count,
        coalesce(counted_targets.mt_fulfilled_count, 0) as mt_fulfilled_count,
        coalesce(counted_targets.mt_not_fulfilled_count, 0) as mt_not_fulfilled_count,
        cast(coalesce(counted_projects.warning_count, 0) + coalesce(counted_targets.warning_count, 0) as bigint)
            as warning_count
    from counted_projects
    left join counted_targets using (meetmoment_code, scope_code)

)

select * from final
