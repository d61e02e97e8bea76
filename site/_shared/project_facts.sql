-- One row per project from first_project to last_project with what its page shows of it, as JSON: a value, or what
-- stands in Dutch and in English.
with statuses as (
    select
        fact.project_code,
        list(
            {
                short_label: meetmoment.short_label,
                status: [status.status_label_nl, status.status_label_en],
                computed: [computed.status_group_label_nl, computed.status_group_label_en],
                explanation: fact.explanation,
                trace_key: fact.trace_key
            }
            order by meetmoment.meetmoment_number desc
        ) as statuses
    from fct_project_status_as_returned as fact
    inner join site_meetmoment as meetmoment using (meetmoment_code)
    left join site_status as status on fact.status = status.status
    left join site_status_group as computed on fact.computed_status_group = computed.status_group
    where fact.project_code between getvariable('first_project') and getvariable('last_project')
    group by fact.project_code
),

money as (
    select
        fact.project_code,
        list(
            {
                short_label: meetmoment.short_label,
                execution: [execution.label_nl, execution.label_en],
                budget_current_eur: fact.budget_current_eur,
                committed_eur: fact.committed_eur,
                paid_eur: fact.paid_eur,
                encours_eur: fact.encours_eur,
                trace_key: fact.trace_key
            }
            order by meetmoment.meetmoment_number, fact.execution desc
        ) as money
    from fct_finance_by_execution as fact
    inner join site_meetmoment as meetmoment using (meetmoment_code)
    left join dim_code as execution on fact.execution = execution.code and execution.code_list = 'finance_execution'
    where fact.project_code between getvariable('first_project') and getvariable('last_project')
    group by fact.project_code
),

last_milestones as (
    select fact.*
    from fct_milestone_status_as_returned as fact
    inner join site_meetmoment as meetmoment using (meetmoment_code)
    where fact.project_code between getvariable('first_project') and getvariable('last_project')
    qualify row_number() over (
        partition by fact.project_code, fact.milestone_code order by meetmoment.meetmoment_number desc
    ) = 1
),

milestones as (
    select
        stood.project_code,
        list(
            {
                milestone_code: stood.milestone_code,
                description: stood.description,
                status: [status.status_label_nl, status.status_label_en],
                planned_date: stood.planned_date,
                actual_date: stood.actual_date,
                trace_key: stood.trace_key
            }
            order by stood.planned_date, stood.milestone_code
        ) as milestones
    from last_milestones as stood
    left join site_milestone_status as status on stood.status = status.status
    group by stood.project_code
)

select
    project.project_code,
    to_json(
        {
            project_title: coalesce(project.title, project.project_code),
            objective: project.objective,
            speerpunt: [speerpunt.label_nl, speerpunt.label_en],
            "cluster": ["cluster".label_nl, "cluster".label_en],
            domain: [domain.label_nl, domain.label_en],
            funding: [funding.label_nl, funding.label_en],
            start_date: project.start_date,
            end_date: project.end_date,
            budget_initial_eur: project.budget_initial_eur,
            trace_key: project.trace_key,
            statuses: statuses.statuses,
            money: money.money,
            milestones: milestones.milestones
        }
    ) as facts
from dim_project as project
left join dim_speerpunt as speerpunt using (speerpunt_code)
left join dim_cluster as "cluster" using (cluster_code)
left join dim_policy_domain as domain using (policy_domain_code)
left join dim_code as funding on project.funding_type = funding.code and funding.code_list = 'funding_type'
left join statuses using (project_code)
left join money using (project_code)
left join milestones using (project_code)
where project.project_code between getvariable('first_project') and getvariable('last_project')
