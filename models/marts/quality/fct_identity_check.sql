-- One row per identity and case: two ways to the same number that must agree, with the difference in units or cents.
with

money as (

    select * from {{ ref('agg_finance_by_meetmoment') }}

),

speerpunten as (

    select * from {{ ref('agg_finance_by_speerpunt') }}

),

clusters as (

    select * from {{ ref('agg_finance_by_cluster') }}

),

statuses as (

    select * from {{ ref('agg_status_by_meetmoment') }}

),

transfers as (

    select * from {{ ref('fct_budget_transfer') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

speerpunt_sums as (

    select
        'committed of the speerpunten = committed of the plan' as identity,
        money.meetmoment_key || ' ' || money.scope_key || ' ' || money.execution as identity_case,
        sum(speerpunten.committed_eur) as left_value,
        max(money.committed_eur) as right_value
    from money
    inner join speerpunten
        on money.meetmoment_key = speerpunten.meetmoment_key
        and money.scope_key = speerpunten.scope_key
        and money.execution = speerpunten.execution
    group by money.meetmoment_key, money.scope_key, money.execution

),

cluster_sums as (

    select
        'paid of the clusters = paid of the plan' as identity,
        money.meetmoment_key || ' ' || money.scope_key || ' ' || money.execution as identity_case,
        sum(clusters.paid_eur) as left_value,
        max(money.paid_eur) as right_value
    from money
    inner join clusters
        on money.meetmoment_key = clusters.meetmoment_key
        and money.scope_key = clusters.scope_key
        and money.execution = clusters.execution
    group by money.meetmoment_key, money.scope_key, money.execution

),

status_sums as (

    select
        'projects by status = projects in scope' as identity,
        meetmoment_key || ' ' || scope_key as identity_case,
        sum(project_count) as left_value,
        max(scope_project_count) as right_value
    from statuses
    group by meetmoment_key, scope_key

),

transfer_sums as (

    select
        'transfers of a decision = 0' as identity,
        decision_key as identity_case,
        sum(amount_eur) as left_value,
        0 as right_value
    from transfers
    group by decision_key

),

denominators as (

    select
        'projects of a complete meetmoment = projects expected' as identity,
        meetmoment_key as identity_case,
        delivered_project_count as left_value,
        expected_project_count as right_value
    from meetmomenten
    where is_complete and expected_project_count is not null

),

scoped as (

    select
        'projects in a scope = projects' as identity,
        projects.plan_code || '/' || projects.meetmoment_code as identity_case,
        count(distinct scopes.project_code) as left_value,
        count(distinct projects.project_code) as right_value
    from {{ ref('int_project') }} as projects
    left join {{ ref('int_project_scope') }} as scopes
        on projects.plan_code = scopes.plan_code
        and projects.meetmoment_code = scopes.meetmoment_code
        and projects.project_code = scopes.project_code
    group by projects.plan_code, projects.meetmoment_code

),

computed_status_sums as (

    select
        'projects by computed status = projects in scope' as identity,
        meetmoment_key || ' ' || scope_key as identity_case,
        sum(computed_count) as left_value,
        max(scope_project_count) as right_value
    from {{ ref('agg_status_difference') }}
    group by meetmoment_key, scope_key

),

restatement_sums as (

    select
        'restatement of the clusters = restatement of the plan' as identity,
        meetmoment_key || ' ' || scope_key || ' ' || measure as identity_case,
        sum(restated_eur) filter (where level = 'cluster') as left_value,
        sum(restated_eur) filter (where level = 'plan') as right_value
    from {{ ref('agg_finance_restatement') }}
    group by meetmoment_key, scope_key, measure
    having sum(both_count) > 0

),

milestone_fates as (

    select
        'milestones still listed, left or gone = milestones first listed' as identity,
        first_meetmoment_key || ' ' || meetmoment_key || ' ' || scope_key as identity_case,
        open_count + realised_count + dropped_count + left_with_project_count + gone_count as left_value,
        first_listed_count as right_value
    from {{ ref('agg_milestone_survival') }}

),

facility_sums as (

    select
        'milestones and targets by status = milestones and targets served' as identity,
        totals.meetmoment_key || ' ' || totals.scope_key || ' ' || totals.status_kind as identity_case,
        sum(totals.mt_count) as left_value,
        max(counting.mt_count) as right_value
    from {{ ref('agg_rrf_total') }} as totals
    inner join {{ ref('agg_rrf_double_counting') }} as counting
        on totals.meetmoment_key = counting.meetmoment_key
        and totals.scope_key = counting.scope_key
    group by totals.meetmoment_key, totals.scope_key, totals.status_kind

),

identities as (

    select * from speerpunt_sums
    union all
    select * from cluster_sums
    union all
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
    select * from restatement_sums
    union all
    select * from milestone_fates
    union all
    select * from facility_sums

),

final as (

    select
        identity,
        identity_case,
        cast(left_value as decimal(20, 2)) as left_value,
        cast(right_value as decimal(20, 2)) as right_value,
        cast(left_value - right_value as decimal(20, 2)) as difference
    from identities

)

select * from final
