-- One row per meetmoment and project: the status as its current return reports it, and by whom.
with

statuses as (

    select * from {{ ref('int_project_status_version') }} where is_current

),

assessors as (

    select * from {{ ref('code') }} where code_list = 'assessor'

),

-- Where more than one gives a status, the first of the list that gives one; the others stay in the versions.
foremost as (

    select statuses.*
    from statuses
    left join assessors on statuses.assessor = assessors.code
    qualify row_number() over (
        partition by statuses.meetmoment_code, statuses.project_code
        order by statuses.status is null, assessors.sort_order nulls first, statuses.row_id
    ) = 1

),

projects as (

    select * from {{ ref('int_project') }}

),

codes as (

    select * from {{ ref('int_status_scale') }}

),

final as (

    select
        statuses.row_id,
        statuses.meetmoment_code,
        statuses.meetmoment_number,
        statuses.project_code,
        projects.speerpunt_code,
        projects.cluster_code,
        statuses.status,
        codes.group_code as status_group,
        statuses.vr_document,
        statuses.assessor,
        statuses.status_state,
        statuses.status_reason,
        statuses.explanation,
        statuses.explanation is not null as has_explanation,
        statuses.submission_id,
        statuses.sheet,
        statuses.row_number
    from foremost as statuses
    inner join projects using (meetmoment_code, project_code)
    left join codes on statuses.status = codes.code

)

select * from final
