-- One row per meetmoment, project and fact a status rule may stand on: its value, empty where not known.
{% set facts = [
    'milestone_count', 'open_count', 'started_count', 'realised_count', 'dropped_pct', 'delayed_pct', 'overdue_count',
    'most_days_overdue', 'most_days_moved', 'committed_eur', 'paid_eur', 'committed_pct', 'days_since_start',
    'days_past_end'
] %}
with

projects as (

    select * from {{ ref('int_project') }}

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

milestones as (

    select
        meetmoment_code,
        project_code,
        count(*) as listed_count,
        count(*) filter (where status_group is distinct from 'dropped') as milestone_count,
        count(*) filter (where status_group is null or status_group not in ('dropped', 'realised')) as open_count,
        count(*) filter (where status_group in ('on_schedule', 'delayed', 'realised')) as started_count,
        count(*) filter (where status_group = 'realised') as realised_count,
        count(*) filter (where status_group = 'delayed') as delayed_count,
        count(*) filter (where status_group = 'dropped') as dropped_count,
        count(*) filter (where is_overdue) as overdue_count,
        max(days_overdue) as most_days_overdue,
        max(days_moved_in_all) filter (where status_group is null or status_group not in ('dropped', 'realised'))
            as most_days_moved
    from {{ ref('int_milestone_forecast') }}
    group by meetmoment_code, project_code

),

money as (

    select
        meetmoment_code,
        project_code,
        max(known_eur) filter (where measure = 'budget') as budget_eur,
        max(known_eur) filter (where measure = 'committed') as committed_eur,
        max(known_eur) filter (where measure = 'paid') as paid_eur
    from {{ ref('int_finance_execution') }}
    group by meetmoment_code, project_code

),

wide as (

    select
        projects.meetmoment_code,
        projects.project_code,
        coalesce(milestones.milestone_count, 0) as milestone_count,
        coalesce(milestones.open_count, 0) as open_count,
        coalesce(milestones.started_count, 0) as started_count,
        coalesce(milestones.realised_count, 0) as realised_count,
        {{ pct('milestones.dropped_count', 'milestones.listed_count') }} as dropped_pct,
        {{ pct('milestones.delayed_count', 'milestones.milestone_count') }} as delayed_pct,
        coalesce(milestones.overdue_count, 0) as overdue_count,
        coalesce(milestones.most_days_overdue, 0) as most_days_overdue,
        coalesce(milestones.most_days_moved, 0) as most_days_moved,
        money.committed_eur,
        money.paid_eur,
        {{ amount_pct('money.committed_eur', 'money.budget_eur') }} as committed_pct,
        date_diff('day', projects.start_date, meetmomenten.cutoff_date) as days_since_start,
        date_diff('day', projects.end_date, meetmomenten.cutoff_date) as days_past_end
    from projects
    inner join meetmomenten using (meetmoment_code)
    left join milestones using (meetmoment_code, project_code)
    left join money using (meetmoment_code, project_code)

),

final as (

    {% for fact in facts %}
    select
        meetmoment_code,
        project_code,
        '{{ fact }}' as fact,
        cast({{ fact }} as decimal(20, 2)) as fact_value
    from wide
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
