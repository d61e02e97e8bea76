-- One row per identity and case: two ways to the same number that must agree, with the difference in units or cents.
{#- What is published of money at each level, all of it held against the sum of the projects. -#}
{% set amounts = [
    'budget_initial_eur', 'budget_transfer_eur', 'budget_current_eur', 'budget_difference_eur', 'committed_eur',
    'paid_eur', 'encours_eur', 'committed_reporting_budget_eur', 'paid_reporting_budget_eur',
] %}
{% set counts = ['project_count', 'committed_reported_count', 'paid_reported_count', 'warning_count'] %}
{% set restated = [
    'project_count', 'provisional_count', 'provisional_eur', 'final_count', 'final_eur', 'both_count', 'restated_eur',
    'warning_count',
] %}
{% set levels = {
    'cluster': ('clusters', 'cluster_code', 'agg_finance_by_cluster_by_scope'),
    'speerpunt': ('speerpunten', 'speerpunt_code', 'agg_finance_by_speerpunt_by_scope'),
    'plan': ('plans', "'plan'", 'agg_finance_by_meetmoment_by_scope'),
} %}
with

{% for relation, unit_code, mart in levels.values() %}
{{ relation }} as (

    select *, {{ unit_code }} as unit_code from {{ ref(mart) }}

),
{% endfor %}

members as (

    select * from {{ ref('bridge_scope_project') }}

),

projects as (

    select
        *,
        project_code as unit_code,
        1 as project_count,
        case when committed_eur is not null then 1 else 0 end as committed_reported_count,
        case when paid_eur is not null then 1 else 0 end as paid_reported_count,
        case when committed_eur is not null then budget_initial_eur end as committed_reporting_budget_eur,
        case when paid_eur is not null then budget_initial_eur end as paid_reporting_budget_eur
    from {{ ref('fct_finance_by_execution') }}

),

restated_projects as (

    select
        * exclude (measure),
        measure as of_measure,
        project_code as unit_code,
        1 as project_count,
        case when provisional_eur is not null then 1 else 0 end as provisional_count,
        case when final_eur is not null then 1 else 0 end as final_count,
        case when restated_eur is not null then 1 else 0 end as both_count
    from {{ ref('agg_finance_restatement_by_project') }}

),

restatements as (

    select
        * exclude (measure),
        measure as of_measure,
        case level when 'cluster' then cluster_code when 'speerpunt' then speerpunt_code else 'plan' end as unit_code
    from {{ ref('agg_finance_restatement') }}

),

facts as (

    select * from {{ ref('fct_finance_as_returned') }}

),

described as (

    select * from {{ ref('dim_project_history') }}

),

transfers as (

    select * from {{ ref('fct_budget_transfer') }}

),

statuses as (

    select * from {{ ref('agg_status_by_meetmoment_by_scope') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

scoped_projects as (

    select
        projects.*,
        members.scope_code
    from members
    inner join projects using (meetmoment_code, project_code)

),

scoped_restatements as (

    select
        restated_projects.*,
        members.scope_code
    from members
    inner join restated_projects using (meetmoment_code, project_code)

),

transferred as (

    select
        projects.*,
        transfers.amount_eur
    from projects
    inner join meetmomenten using (meetmoment_code)
    inner join transfers
        on projects.project_code = transfers.project_code
        and meetmomenten.cutoff_date >= transfers.decision_date

),

executions as (

    select distinct
        meetmoment_code,
        execution
    from projects

),

described_projects as (

    select
        described.*,
        executions.execution
    from described
    inner join executions using (meetmoment_code)

),

{% set of_execution = ['meetmoment_code', 'execution'] %}
{% set of_measure = ['meetmoment_code', 'of_measure'] %}
{% set of_project = {
    "'project rows'": ['budget_initial_eur'],
    "'transfers'": ['budget_transfer_eur'],
    "'facts'": [
        'budget_current_eur', 'committed_eur', 'paid_eur', 'committed_reported_count', 'paid_reported_count',
    ],
    "'parts'": ['encours_eur', 'budget_difference_eur'],
} %}
-- What a project has must be what its rows say; each unit of a level must be the sum of its projects.
units as (

    {{ unit_values(
        'lower', "(select * from facts where measure in ('budget', 'committed', 'paid'))", "'facts'", "'project'",
        of_execution, "case measure when 'budget' then 'budget_current_eur' else measure || '_eur' end",
        'project_code', 'amount_eur'
    ) }}
    union all
    {{ unit_values(
        'lower', "(select * from facts where measure in ('committed', 'paid'))", "'facts'", "'project'", of_execution,
        "measure || '_reported_count'", 'project_code', 'case when amount_eur is not null then 1 else 0 end'
    ) }}
    union all
    {{ unit_values(
        'lower', 'described_projects', "'project rows'", "'project'", of_execution, "'budget_initial_eur'",
        'project_code', 'budget_initial_eur'
    ) }}
    union all
    {{ unit_values(
        'lower', 'transferred', "'transfers'", "'project'", of_execution, "'budget_transfer_eur'", 'project_code',
        'amount_eur'
    ) }}
    union all
    {{ unit_values(
        'lower', 'projects', "'parts'", "'project'", of_execution, "'encours_eur'", 'project_code',
        'committed_eur - paid_eur'
    ) }}
    union all
    {{ unit_values(
        'lower', 'projects', "'parts'", "'project'", of_execution, "'budget_difference_eur'", 'project_code',
        'budget_current_eur - budget_initial_eur - budget_transfer_eur'
    ) }}
    {% for below, measures in of_project.items() %}
    union all
    {{ unit_values(
        'upper', '(' ~ long_form('projects', of_execution + ['unit_code'], measures) ~ ')', below, "'project'",
        of_execution, 'measure', 'unit_code'
    ) }}
    {% endfor %}
    union all
    {{ unit_values(
        'lower', 'facts', "'facts'", "'restatement of a project'", ['meetmoment_code', 'measure'],
        "execution || '_eur'", 'project_code', 'amount_eur'
    ) }}
    union all
    {{ unit_values(
        'upper',
        '(' ~ long_form('restated_projects', of_measure + ['unit_code'], ['provisional_eur', 'final_eur']) ~ ')',
        "'facts'", "'restatement of a project'", of_measure, 'measure', 'unit_code'
    ) }}
    {% for level, (relation, unit_code, mart) in levels.items() %}
    {% set keys = ['meetmoment_code', 'scope_code'] %}
    union all
    {{ unit_values(
        'lower',
        '(' ~ summed_long_form('scoped_projects', keys + ['execution'], unit_code, amounts + counts) ~ ')',
        "'projects'", "'" ~ level ~ "'", keys + ['execution'], 'measure', 'unit_code'
    ) }}
    union all
    {{ unit_values(
        'upper', '(' ~ long_form(relation, keys + ['execution', 'unit_code'], amounts + counts) ~ ')', "'projects'",
        "'" ~ level ~ "'", keys + ['execution'], 'measure', 'unit_code'
    ) }}
    union all
    {{ unit_values(
        'lower',
        '(' ~ summed_long_form('scoped_restatements', keys + ['of_measure'], unit_code, restated) ~ ')',
        "'projects'", "'restatement of the " ~ level ~ "'", keys + ['of_measure'], 'measure', 'unit_code'
    ) }}
    {% endfor %}
    union all
    {{ unit_values(
        'upper',
        '(' ~ long_form(
            'restatements', ['meetmoment_code', 'scope_code', 'of_measure', 'level', 'unit_code'], restated
        ) ~ ')',
        "'projects'", "'restatement of the ' || level", ['meetmoment_code', 'scope_code', 'of_measure'], 'measure',
        'unit_code'
    ) }}

),

unit_sums as (

    select
        below,
        level,
        identity_case,
        measure,
        unit_code,
        sum(lower_value) as lower_value,
        sum(upper_value) as upper_value
    from units
    group by below, level, identity_case, measure, unit_code

),

-- One row for all units of a level: what differs in one unit is not made good by what differs in another.
level_sums as (

    select
        measure || ' of the ' || below || ' = ' || measure || ' of the ' || level as identity,
        identity_case,
        coalesce(sum(lower_value), 0) as left_value,
        coalesce(sum(upper_value), 0) as right_value,
        sum(abs(coalesce(lower_value, 0) - coalesce(upper_value, 0))) as difference
    from unit_sums
    group by below, level, identity_case, measure

),

status_sums as (

    select
        'projects by status = projects in scope' as identity,
        meetmoment_code || ' ' || scope_code as identity_case,
        sum(project_count) as left_value,
        max(scope_project_count) as right_value
    from statuses
    group by meetmoment_code, scope_code

),

transfer_sums as (

    select
        'transfers of a decision = 0' as identity,
        decision_ref as identity_case,
        sum(amount_eur) as left_value,
        0 as right_value
    from transfers
    group by decision_ref

),

denominators as (

    select
        'projects of a complete meetmoment = projects expected' as identity,
        meetmoment_code as identity_case,
        delivered_project_count as left_value,
        expected_project_count as right_value
    from meetmomenten
    where is_complete and expected_project_count is not null

),

scoped as (

    select
        'projects in a scope = projects' as identity,
        projects.meetmoment_code as identity_case,
        count(distinct scopes.project_code) as left_value,
        count(distinct projects.project_code) as right_value
    from {{ ref('int_project') }} as projects
    left join {{ ref('int_project_scope') }} as scopes using (meetmoment_code, project_code)
    group by projects.meetmoment_code

),

computed_status_sums as (

    select
        'projects by computed status = projects in scope' as identity,
        meetmoment_code || ' ' || scope_code as identity_case,
        sum(computed_count) as left_value,
        max(scope_project_count) as right_value
    from {{ ref('agg_status_difference') }}
    group by meetmoment_code, scope_code

),

milestone_fates as (

    select
        'milestones still listed, left or gone = milestones first listed' as identity,
        first_meetmoment_code || ' ' || meetmoment_code || ' ' || scope_code as identity_case,
        open_count + realised_count + dropped_count + left_with_project_count + gone_count as left_value,
        first_listed_count as right_value
    from {{ ref('agg_milestone_survival') }}

),

facility_sums as (

    select
        'milestones and targets by status = milestones and targets served' as identity,
        totals.meetmoment_code || ' ' || totals.scope_code || ' ' || totals.status_kind as identity_case,
        sum(totals.mt_count) as left_value,
        max(counting.mt_count) as right_value
    from {{ ref('agg_rrf_total') }} as totals
    inner join {{ ref('agg_rrf_double_counting') }} as counting using (meetmoment_code, scope_code)
    group by totals.meetmoment_code, totals.scope_code, totals.status_kind

),

identities as (

    select * from status_sums
    union all
    select * from transfer_sums
    union all
    select * from denominators
    union all
    select * from scoped
    union all
    select * from computed_status_sums
    union all
    select * from milestone_fates
    union all
    select * from facility_sums
    union all by name
    select * from level_sums

),

final as (

    select
        identity,
        identity_case,
        cast(left_value as decimal(20, 2)) as left_value,
        cast(right_value as decimal(20, 2)) as right_value,
        cast(coalesce(difference, left_value - right_value) as decimal(20, 2)) as difference
    from identities

)

select * from final
