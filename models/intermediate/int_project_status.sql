-- One row per plan, meetmoment and project: the status as its current return reports it.
with

statuses as (

    select * from {{ ref('int_project_status_version') }} where is_current

),

projects as (

    select * from {{ ref('int_project') }}

),

codes as (

    select * from {{ ref('code') }} where code_list = 'project_status'

),

final as (

    select
        statuses.plan_code,
        statuses.meetmoment_code,
        statuses.meetmoment_number,
        statuses.project_code,
        projects.speerpunt_code,
        projects.cluster_code,
        statuses.status,
        codes.group_code as status_group,
        statuses.vr_document,
        statuses.explanation is not null as has_explanation,
        statuses.submission_id,
        statuses.sheet,
        statuses.row_number,
        statuses.warning_count
    from statuses
    inner join projects
        on statuses.plan_code = projects.plan_code
        and statuses.meetmoment_code = projects.meetmoment_code
        and statuses.project_code = projects.project_code
    left join codes on statuses.status = codes.code

)

select * from final
