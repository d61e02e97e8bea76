-- One row per meetmoment and project: all that is known of a project then, with names, as people read it.
with

projects as (

    select * from {{ ref('int_project') }}

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

published as (

    select * from {{ ref('int_project_published') }}

),

statuses as (

    select * from {{ ref('int_status_comparison') }}

),

scale as (

    select * from {{ ref('int_status_scale') }}

),

groups as (

    select * from {{ ref('code') }} where code_list = 'project_status_group'

),

money as (

    select * from {{ ref('int_finance_by_project') }}

),

milestones as (

    select * from {{ ref('int_milestone_by_project') }}

),

warnings as (

    select * from {{ ref('int_project_warning') }}

),

rows_set_apart as (

    select
        meetmoment_code,
        project_code,
        count(*) as set_apart_count
    from {{ ref('int_row_not_counted') }}
    group by meetmoment_code, project_code

),

final as (

    select
        projects.meetmoment_code,
        projects.project_code,
        meetmomenten.label_nl as meetmoment_label_nl,
        meetmomenten.label_en as meetmoment_label_en,
        meetmomenten.cutoff_date,
        published.is_in_counts,
        published.is_in_money,
        projects.title,
        projects.speerpunt_code,
        projects.speerpunt_label_nl,
        projects.speerpunt_label_en,
        projects.cluster_code,
        projects.cluster_label_nl,
        projects.cluster_label_en,
        projects.policy_domain_code,
        projects.policy_domain_label_nl,
        projects.policy_domain_label_en,
        projects.funding_type,
        projects.is_rrf,
        projects.objective,
        -- DQ19: a project names its key indicator, or says that it has none.
        case
            when projects.objective ilike '%geen kernindicator%' then 'none'
            when projects.objective ilike '%kernindicator%' then 'named'
            else 'not_stated'
        end as key_indicator_state,
        projects.start_date,
        projects.end_date,
        statuses.status,
        coalesce(scale.label_nl, reported_group.label_nl) as status_label_nl,
        coalesce(scale.label_en, reported_group.label_en) as status_label_en,
        scale.colour as status_colour,
        statuses.status_group,
        statuses.status_state,
        statuses.status_reason,
        statuses.computed_status_group,
        computed_group.label_nl as computed_status_label_nl,
        computed_group.label_en as computed_status_label_en,
        computed_group.colour as computed_status_colour,
        statuses.computed_evidence_nl,
        statuses.computed_evidence_en,
        statuses.comparison,
        statuses.vr_document,
        statuses.explanation,
        meetmomenten.headline_execution as execution,
        projects.budget_initial_eur,
        cast(money.budget_transfer_eur as decimal(18, 2)) as budget_transfer_eur,
        money.budget_current_eur,
        money.committed_eur,
        coalesce(money.committed_state, 'not_reported') as committed_state,
        money.paid_eur,
        coalesce(money.paid_state, 'not_reported') as paid_state,
        cast(money.encours_eur as decimal(18, 2)) as encours_eur,
        money.forecast_eur,
        coalesce(money.forecast_state, 'not_reported') as forecast_state,
        {% for count in [
            'milestone_count', 'started_count', 'future_count', 'on_schedule_count', 'delayed_count', 'realised_count',
            'on_schedule_or_realised_count', 'dropped_count', 'not_reported_count', 'overdue_count'
        ] -%}
        coalesce(milestones.{{ count }}, 0) as {{ count }},
        {% endfor -%}
        milestones.next_milestone_code,
        milestones.next_milestone,
        milestones.next_milestone_date,
        projects.submission_id,
        projects.sheet,
        projects.row_number,
        coalesce(warnings.warning_count, 0) as warning_count,
        coalesce(rows_set_apart.set_apart_count, 0) as set_apart_count
    from projects
    inner join meetmomenten using (meetmoment_code)
    inner join published using (meetmoment_code, project_code)
    inner join statuses using (meetmoment_code, project_code)
    left join money
        on projects.meetmoment_code = money.meetmoment_code
        and projects.project_code = money.project_code
        and meetmomenten.headline_execution = money.execution
    left join milestones using (meetmoment_code, project_code)
    left join warnings using (meetmoment_code, project_code)
    left join rows_set_apart using (meetmoment_code, project_code)
    left join scale on statuses.status = scale.code
    left join groups as reported_group on statuses.status_group = reported_group.code
    left join groups as computed_group on statuses.computed_status_group = computed_group.code

)

select * from final
