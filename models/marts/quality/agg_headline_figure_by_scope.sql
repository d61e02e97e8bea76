-- One row per meetmoment, scope, execution, measure and item: a headline figure with what it is made of.
{#- relation, measure, item, unit, numerator, denominator, warnings on the rows of both -#}
{% set headlines = [
    ('status_groups', 'project_count', 'on_schedule', 'projects', 'on_schedule_count', 'null', 'on_schedule_warnings'),
    ('status_groups', 'project_count', 'on_schedule_or_realised', 'projects', 'on_schedule_or_realised_count', 'null',
        'on_schedule_or_realised_warnings'),
    ('status_groups', 'project_count', 'other', 'projects', 'other_count', 'null', 'other_warnings'),
    ('status_groups', 'project_count', 'total', 'projects', 'scope_project_count', 'null', 'project_warnings'),
    ('status_groups', 'project_share', 'on_schedule_or_realised', 'percent',
        'on_schedule_or_realised_count', 'scope_project_count', 'on_schedule_or_realised_warnings + project_warnings'),
    ('rrf_projects', 'rrf_project_count', 'total', 'projects', 'scope_project_count', 'null', 'project_warnings'),
    ('milestones', 'milestone_count', 'total', 'milestones', 'milestone_count', 'null', 'milestone_warnings'),
    ('milestones', 'milestone_count', 'started', 'milestones', 'started_count', 'null', 'started_warnings'),
    ('milestones', 'milestone_count', 'on_schedule_or_realised', 'milestones', 'on_schedule_or_realised_count', 'null',
        'on_schedule_or_realised_warnings'),
    ('milestones', 'milestone_share', 'on_schedule_or_realised_of_started', 'percent',
        'on_schedule_or_realised_count', 'started_count', 'started_warnings'),
    ('milestones', 'milestone_share', 'on_schedule_or_realised_of_all', 'percent',
        'on_schedule_or_realised_count', 'milestone_count', 'milestone_warnings'),
    ('money', 'committed', 'total', 'EUR', 'committed_eur', 'null', 'committed_warnings'),
    ('money', 'paid', 'total', 'EUR', 'paid_eur', 'null', 'paid_warnings'),
    ('money', 'encours', 'total', 'EUR', 'encours_eur', 'null', 'committed_warnings + paid_warnings'),
    ('money', 'committed_change', 'total', 'EUR', 'committed_change_eur', 'null',
        'committed_warnings + previous_committed_warnings'),
    ('money', 'paid_change', 'total', 'EUR', 'paid_change_eur', 'null', 'paid_warnings + previous_paid_warnings'),
    ('money', 'committed_share', 'total', 'percent', 'committed_eur', 'budget_initial_eur',
        'committed_warnings + project_warnings'),
    ('money', 'paid_share', 'total', 'percent', 'paid_eur', 'budget_initial_eur', 'paid_warnings + project_warnings'),
    ('money', 'committed_share', 'reporting_projects', 'percent', 'reporting_committed_eur', 'committed_reporting_budget_eur',
        'committed_warnings + project_warnings'),
    ('money', 'paid_share', 'reporting_projects', 'percent', 'reporting_paid_eur', 'paid_reporting_budget_eur',
        'paid_warnings + project_warnings'),
] %}
with

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

statuses as (

    select * from {{ ref('agg_status_by_meetmoment_by_scope') }}

),

warnings as (

    select
        meetmoment_code,
        scope_code,
        record,
        execution,
        item,
        status_group,
        warning_count
    from {{ ref('int_scope_warning') }}

),

warnings_of_scopes as (

    select
        meetmoment_code,
        scope_code,
        sum(warning_count) filter (where record = 'project') as project_warnings,
        sum(warning_count) filter (where record = 'project_status' and status_group = 'on_schedule')
            as on_schedule_projects,
        sum(warning_count) filter (where record = 'project_status' and status_group in ('on_schedule', 'realised'))
            as on_schedule_or_realised_projects,
        sum(warning_count) filter (where record = 'project_status' and status_group not in ('on_schedule', 'realised'))
            as other_projects,
        sum(warning_count) filter (where record = 'milestone' and status_group <> 'dropped') as milestone_warnings,
        sum(warning_count) filter (where record = 'milestone' and status_group in ('on_schedule', 'realised'))
            as on_schedule_or_realised_warnings,
        sum(warning_count) filter (
            where record = 'milestone' and status_group in ('on_schedule', 'delayed', 'realised')
        ) as started_milestones
    from warnings
    group by meetmoment_code, scope_code

),

warnings_of_statuses as (

    select
        meetmoment_code,
        scope_code,
        item as status,
        sum(warning_count) as warning_count
    from warnings
    where record = 'project_status'
    group by meetmoment_code, scope_code, item

),

warnings_of_money as (

    select
        meetmoment_code,
        scope_code,
        execution,
        sum(warning_count) filter (where item = 'committed') as committed_warnings,
        sum(warning_count) filter (where item = 'paid') as paid_warnings
    from warnings
    where record = 'finance'
    group by meetmoment_code, scope_code, execution

),

milestones as (

    select
        counts.*,
        'not_applicable' as execution,
        null as figure_from_rounded_parts,
        coalesce(warned.milestone_warnings, 0) as milestone_warnings,
        coalesce(warned.on_schedule_or_realised_warnings, 0) as on_schedule_or_realised_warnings,
        coalesce(warned.started_milestones, 0) as started_warnings
    from {{ ref('agg_milestones_by_meetmoment_by_scope') }} as counts
    left join warnings_of_scopes as warned using (meetmoment_code, scope_code)

),

statuses_by_group as (

    select
        meetmoment_code,
        scope_code,
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
    group by meetmoment_code, scope_code

),

status_groups as (

    select
        counts.*,
        coalesce(warned.project_warnings, 0) as project_warnings,
        coalesce(warned.on_schedule_projects, 0) as on_schedule_warnings,
        coalesce(warned.on_schedule_or_realised_projects, 0) as on_schedule_or_realised_warnings,
        coalesce(warned.other_projects, 0) as other_warnings
    from statuses_by_group as counts
    left join warnings_of_scopes as warned using (meetmoment_code, scope_code)

),

rrf_projects as (

    select * replace (null as figure_from_rounded_parts)
    from status_groups
    where scope_code = 'rrf'

),

sums as (

    select * from {{ ref('agg_finance_by_meetmoment_by_scope') }}

),

-- Final amounts come in later: of a part of those that were returned provisionally they are no sum of the scope.
beside_provisional as (

    select
        sums.*,
        sums.execution <> 'final' or coalesce(
            sums.committed_reported_count >= provisional.committed_reported_count, true
        ) as is_committed_whole,
        sums.execution <> 'final' or coalesce(
            sums.paid_reported_count >= provisional.paid_reported_count, true
        ) as is_paid_whole
    from sums
    left join sums as provisional
        on
            sums.meetmoment_code = provisional.meetmoment_code
            and sums.scope_code = provisional.scope_code
            and provisional.execution = 'provisional'

),

whole as (

    select
        * replace (
            case when is_committed_whole then committed_eur end as committed_eur,
            case when is_paid_whole then paid_eur end as paid_eur,
            case when is_committed_whole and is_paid_whole then encours_eur end as encours_eur
        ),
        committed_eur as reporting_committed_eur,
        paid_eur as reporting_paid_eur
    from beside_provisional

),

money as (

    select
        sums.*,
        sums.committed_eur - before.committed_eur as committed_change_eur,
        sums.paid_eur - before.paid_eur as paid_change_eur,
        null as figure_from_rounded_parts,
        coalesce(warned.committed_warnings, 0) as committed_warnings,
        coalesce(warned.paid_warnings, 0) as paid_warnings,
        coalesce(warned_before.committed_warnings, 0) as previous_committed_warnings,
        coalesce(warned_before.paid_warnings, 0) as previous_paid_warnings,
        coalesce(warnings_of_scopes.project_warnings, 0) as project_warnings
    from whole as sums
    inner join meetmomenten using (meetmoment_code)
    left join whole as before
        on
            meetmomenten.previous_meetmoment_code = before.meetmoment_code
            and sums.scope_code = before.scope_code
            and sums.execution = before.execution
    left join warnings_of_money as warned
        on
            sums.meetmoment_code = warned.meetmoment_code
            and sums.scope_code = warned.scope_code
            and sums.execution = warned.execution
    left join warnings_of_money as warned_before
        on
            meetmomenten.previous_meetmoment_code = warned_before.meetmoment_code
            and sums.scope_code = warned_before.scope_code
            and sums.execution = warned_before.execution
    left join warnings_of_scopes
        on
            sums.meetmoment_code = warnings_of_scopes.meetmoment_code
            and sums.scope_code = warnings_of_scopes.scope_code

),

figures as (

    select
        statuses.meetmoment_code,
        statuses.scope_code,
        'not_applicable' as execution,
        'project_count' as measure,
        statuses.status as item,
        'projects' as unit,
        statuses.project_count as numerator,
        null as denominator,
        null as figure_from_rounded_parts,
        coalesce(warned.warning_count, 0) as warning_count
    from statuses
    left join warnings_of_statuses as warned using (meetmoment_code, scope_code, status)
    {% for relation, measure, item, unit, numerator, denominator, warnings in headlines %}
    union all
    select
        meetmoment_code,
        scope_code,
        execution,
        '{{ measure }}',
        '{{ item }}',
        '{{ unit }}',
        {{ numerator }},
        {{ denominator }},
        {{ 'figure_from_rounded_parts' if measure == 'project_share' else 'null' }},
        {{ warnings }}
    from {{ relation }}
    {% endfor %}

),

-- A measure begins with its subject.
set_apart as (

    select * from {{ ref('int_scope_set_apart') }}

),

final as (

    select
        figures.meetmoment_code,
        figures.scope_code,
        figures.execution,
        figures.measure,
        figures.item,
        figures.unit,
        cast(numerator as decimal(20, 2)) as numerator,
        cast(denominator as decimal(20, 2)) as denominator,
        case
            when unit = 'percent' then cast(round(100.0 * numerator / nullif(denominator, 0), 6) as decimal(32, 6))
            else cast(numerator as decimal(32, 6))
        end as figure,
        cast(figure_from_rounded_parts as decimal(32, 6)) as figure_from_rounded_parts,
        cast(warning_count as bigint) as warning_count,
        coalesce(set_apart.set_apart_count, 0) as set_apart_count
    from figures
    left join set_apart
        on figures.meetmoment_code = set_apart.meetmoment_code
        and figures.scope_code = set_apart.scope_code
        and figures.execution = set_apart.execution
        and split_part(figures.measure, '_', 1) = set_apart.subject
    -- What has no denominator is no ratio, and is left out.
    where numerator is not null and (unit <> 'percent' or denominator is not null)

)

select * from final
