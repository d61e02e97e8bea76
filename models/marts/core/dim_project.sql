-- One row per project, as its latest return describes it.
with

projects as (

    select * from {{ with_warnings('int_project') }}

),

spans as (

    select
        project_code,
        min_by(meetmoment_code, meetmoment_number) as first_meetmoment_code,
        max_by(meetmoment_code, meetmoment_number) as last_meetmoment_code
    from projects
    group by project_code

),

final as (

    select
        projects.project_code,
        projects.title,
        projects.speerpunt_code,
        projects.cluster_code,
        projects.policy_domain_code,
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
        on projects.project_code = spans.project_code
        and projects.meetmoment_code = spans.last_meetmoment_code

)

select * from final
