-- One row per plan, meetmoment, scope, execution, measure and item: a headline figure with what it is made of.
{#- relation, measure, item, unit, numerator, denominator -#}
{% set headlines = [
    ('status_groups', 'project_count', 'on_schedule', 'projects', 'on_schedule_count', 'null'),
    ('status_groups', 'project_count', 'on_schedule_or_realised', 'projects',
        'on_schedule_or_realised_count', 'null'),
    ('status_groups', 'project_count', 'other', 'projects', 'other_count', 'null'),
    ('status_groups', 'project_count', 'total', 'projects', 'scope_project_count', 'null'),
    ('status_groups', 'project_share', 'on_schedule_or_realised', 'percent',
        'on_schedule_or_realised_count', 'scope_project_count'),
    ('rrf_projects', 'rrf_project_count', 'total', 'projects', 'scope_project_count', 'null'),
    ('milestones', 'milestone_count', 'total', 'milestones', 'milestone_count', 'null'),
    ('milestones', 'milestone_count', 'on_schedule_or_realised', 'milestones', 'on_schedule_or_realised_count', 'null'),
    ('milestones', 'milestone_share', 'on_schedule_or_realised_of_started', 'percent',
        'on_schedule_or_realised_count', 'started_count'),
    ('milestones', 'milestone_share', 'on_schedule_or_realised_of_all', 'percent',
        'on_schedule_or_realised_count', 'milestone_count'),
    ('money', 'committed', 'total', 'EUR', 'committed_eur', 'null'),
    ('money', 'paid', 'total', 'EUR', 'paid_eur', 'null'),
    ('money', 'encours', 'total', 'EUR', 'encours_eur', 'null'),
    ('money', 'committed_change', 'total', 'EUR', 'committed_change_eur', 'null'),
    ('money', 'paid_change', 'total', 'EUR', 'paid_change_eur', 'null'),
    ('money', 'committed_share', 'total', 'percent', 'committed_eur', 'budget_initial_eur'),
    ('money', 'paid_share', 'total', 'percent', 'paid_eur', 'budget_initial_eur'),
    ('money', 'committed_share', 'reporting_projects', 'percent', 'committed_eur', 'committed_reporting_budget_eur'),
    ('money', 'paid_share', 'reporting_projects', 'percent', 'paid_eur', 'paid_reporting_budget_eur'),
] %}
with

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

statuses as (

    select * from {{ ref('agg_status_by_meetmoment') }}

),

milestones as (

    select
        *,
        'not_applicable' as execution,
        null as figure_from_rounded_parts
    from {{ ref('agg_milestones_by_meetmoment') }}

),

status_groups as (

    select
        meetmoment_key,
        scope_key,
        'not_applicable' as execution,
        sum(project_count) filter (where status_group = 'on_schedule') as on_schedule_count,
        sum(project_count) filter (where status_group in ('on_schedule', 'realised'))
            as on_schedule_or_realised_count,
        sum(project_count) filter (where status_group not in ('on_schedule', 'realised')) as other_count,
        max(scope_project_count) as scope_project_count,
        -- Some printed shares are sums of shares that were rounded first; that sum stands beside the share itself.
        sum(round(project_pct, 2)) filter (where status_group in ('on_schedule', 'realised'))
            as figure_from_rounded_parts
    from statuses
    group by meetmoment_key, scope_key

),

rrf_projects as (

    select * replace (null as figure_from_rounded_parts)
    from status_groups
    where ends_with(scope_key, '/rrf')

),

sums as (

    select * from {{ ref('agg_finance_by_meetmoment') }}

),

money as (

    select
        sums.*,
        sums.committed_eur - before.committed_eur as committed_change_eur,
        sums.paid_eur - before.paid_eur as paid_change_eur,
        null as figure_from_rounded_parts
    from sums
    inner join meetmomenten on sums.meetmoment_key = meetmomenten.meetmoment_key
    left join meetmomenten as previous
        on
            meetmomenten.plan_code = previous.plan_code
            and meetmomenten.meetmoment_number - 1 = previous.meetmoment_number
    left join sums as before
        on
            previous.meetmoment_key = before.meetmoment_key
            and sums.scope_key = before.scope_key
            and sums.execution = before.execution

),

figures as (

    select
        meetmoment_key,
        scope_key,
        'not_applicable' as execution,
        'project_count' as measure,
        status as item,
        'projects' as unit,
        project_count as numerator,
        null as denominator,
        null as figure_from_rounded_parts
    from statuses
    {% for relation, measure, item, unit, numerator, denominator in headlines %}
    union all
    select
        meetmoment_key,
        scope_key,
        execution,
        '{{ measure }}',
        '{{ item }}',
        '{{ unit }}',
        {{ numerator }},
        {{ denominator }},
        {{ 'figure_from_rounded_parts' if measure == 'project_share' else 'null' }}
    from {{ relation }}
    {% endfor %}

),

final as (

    select
        meetmoment_key,
        scope_key,
        execution,
        measure,
        item,
        unit,
        cast(numerator as decimal(20, 2)) as numerator,
        cast(denominator as decimal(20, 2)) as denominator,
        case
            when unit = 'percent' then cast(round(100.0 * numerator / nullif(denominator, 0), 6) as decimal(32, 6))
            else cast(numerator as decimal(32, 6))
        end as figure,
        cast(figure_from_rounded_parts as decimal(32, 6)) as figure_from_rounded_parts
    from figures
    -- What has no denominator is no ratio, and is left out.
    where numerator is not null and (unit <> 'percent' or denominator is not null)

)

select * from final
