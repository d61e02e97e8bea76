-- One row per plan, meetmoment, scope, execution, measure and item: a headline figure with its numerator and denominator.
with

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

statuses as (

    select * from {{ ref('agg_status_by_meetmoment') }}

),

milestones as (

    select * from {{ ref('agg_milestones_by_meetmoment') }}

),

money as (

    select * from {{ ref('agg_finance_by_meetmoment') }}

),

project_counts as (

    select
        meetmoment_key, scope_key, null as execution, 'project_count' as measure, status as item, 'projects' as unit,
        project_count as numerator, null as denominator, null as value_from_rounded_parts
    from statuses
    union all
    select
        meetmoment_key, scope_key, null, 'project_count', 'on_schedule', 'projects',
        sum(project_count) filter (where status_group = 'on_schedule'), null, null
    from statuses
    group by meetmoment_key, scope_key
    union all
    select
        meetmoment_key, scope_key, null, 'project_count', 'on_schedule_or_realised', 'projects',
        sum(project_count) filter (where status_group in ('on_schedule', 'realised')), null, null
    from statuses
    group by meetmoment_key, scope_key
    union all
    select
        meetmoment_key, scope_key, null, 'project_count', 'other', 'projects',
        sum(project_count) filter (where status_group not in ('on_schedule', 'realised')), null, null
    from statuses
    group by meetmoment_key, scope_key
    union all
    select meetmoment_key, scope_key, null, 'project_count', 'total', 'projects', max(scope_project_count), null, null
    from statuses
    group by meetmoment_key, scope_key

),

-- Some printed shares are sums of shares that were rounded first; the sum of rounded parts stands beside the share itself.
project_shares as (

    select
        meetmoment_key, scope_key, null as execution, 'project_share' as measure, 'started' as item, 'percent' as unit,
        sum(project_count) as numerator, max(scope_project_count) as denominator,
        sum(round(project_pct, 2)) as value_from_rounded_parts
    from statuses
    where status_group in ('on_schedule', 'realised')
    group by meetmoment_key, scope_key

),

rrf_counts as (

    select
        meetmoment_key, scope_key, null as execution, 'rrf_project_count' as measure, 'total' as item, 'projects' as unit,
        max(scope_project_count) as numerator, null as denominator, null as value_from_rounded_parts
    from statuses
    where ends_with(scope_key, '/rrf')
    group by meetmoment_key, scope_key

),

milestone_figures as (

    select
        meetmoment_key, scope_key, null as execution, 'milestone_count' as measure, 'total' as item, 'milestones' as unit,
        milestone_count as numerator, null as denominator, null as value_from_rounded_parts
    from milestones
    union all
    select
        meetmoment_key, scope_key, null, 'milestone_count', 'on_schedule_or_realised', 'milestones',
        on_schedule_or_realised_count, null, null
    from milestones
    union all
    select
        meetmoment_key, scope_key, null, 'milestone_share', 'on_schedule_or_realised_of_started', 'percent',
        on_schedule_or_realised_count, started_count, null
    from milestones
    union all
    select
        meetmoment_key, scope_key, null, 'milestone_share', 'on_schedule_or_realised_of_all', 'percent',
        on_schedule_or_realised_count, milestone_count, null
    from milestones

),

money_changed as (

    select
        money.*,
        money.committed_eur - before.committed_eur as committed_change_eur,
        money.paid_eur - before.paid_eur as paid_change_eur
    from money
    inner join meetmomenten on money.meetmoment_key = meetmomenten.meetmoment_key
    left join meetmomenten as previous
        on meetmomenten.plan_code = previous.plan_code
        and meetmomenten.meetmoment_number - 1 = previous.meetmoment_number
    left join money as before
        on previous.meetmoment_key = before.meetmoment_key
        and money.scope_key = before.scope_key
        and money.execution = before.execution

),

money_figures as (

    select
        meetmoment_key, scope_key, execution, 'committed' as measure, 'total' as item, 'EUR' as unit,
        committed_eur as numerator, null as denominator, null as value_from_rounded_parts
    from money_changed
    union all
    select meetmoment_key, scope_key, execution, 'paid', 'total', 'EUR', paid_eur, null, null from money_changed
    union all
    select meetmoment_key, scope_key, execution, 'encours', 'total', 'EUR', encours_eur, null, null from money_changed
    union all
    select meetmoment_key, scope_key, execution, 'committed_change', 'total', 'EUR', committed_change_eur, null, null
    from money_changed
    where committed_change_eur is not null
    union all
    select meetmoment_key, scope_key, execution, 'paid_change', 'total', 'EUR', paid_change_eur, null, null
    from money_changed
    where paid_change_eur is not null
    union all
    select
        meetmoment_key, scope_key, execution, 'committed_share', 'total', 'percent', committed_eur, budget_initial_eur, null
    from money_changed
    union all
    select meetmoment_key, scope_key, execution, 'paid_share', 'total', 'percent', paid_eur, budget_initial_eur, null
    from money_changed

),

figures as (

    select * from project_counts
    union all by name
    select * from project_shares
    union all by name
    select * from rrf_counts
    union all by name
    select * from milestone_figures
    union all by name
    select * from money_figures

),

final as (

    select
        meetmoment_key,
        scope_key,
        cast(coalesce(execution, 'not_applicable') as varchar) as execution,
        measure,
        item,
        unit,
        cast(coalesce(numerator, 0) as decimal(20, 2)) as numerator,
        cast(denominator as decimal(20, 2)) as denominator,
        case
            when unit = 'percent' then cast(round(100.0 * numerator / nullif(denominator, 0), 6) as decimal(20, 6))
            else cast(coalesce(numerator, 0) as decimal(20, 6))
        end as figure,
        cast(value_from_rounded_parts as decimal(20, 6)) as figure_from_rounded_parts
    from figures

)

select * from final
