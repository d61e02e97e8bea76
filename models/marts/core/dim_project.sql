-- One row per plan and project, as its latest return describes it.
with

projects as (

    select * from {{ ref('int_project') }}

),

spans as (

    select
        plan_code,
        project_code,
        min_by(meetmoment_code, meetmoment_number) as first_meetmoment_code,
        max_by(meetmoment_code, meetmoment_number) as last_meetmoment_code
    from projects
    group by plan_code, project_code

),

final as (

    select
        projects.plan_code || '/' || projects.project_code as project_key,
        projects.plan_code,
        projects.project_code,
        projects.title,
        projects.plan_code || '/' || projects.speerpunt_code as speerpunt_key,
        projects.plan_code || '/' || projects.cluster_code as cluster_key,
        projects.plan_code || '/' || projects.policy_domain_code as policy_domain_key,
        projects.funding_type,
        projects.is_rrf,
        projects.budget_initial_eur,
        projects.objective,
        projects.start_date,
        projects.end_date,
        spans.first_meetmoment_code,
        spans.last_meetmoment_code,
        projects.submission_id,
        projects.sheet,
        projects.row_number,
        projects.warning_count
    from projects
    inner join spans
        on projects.plan_code = spans.plan_code
        and projects.project_code = spans.project_code
        and projects.meetmoment_code = spans.last_meetmoment_code

)

select * from final
