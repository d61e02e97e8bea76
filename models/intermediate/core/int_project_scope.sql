-- One row per plan, meetmoment, project and scope that the project belongs to at that meetmoment.
with

projects as (

    select * from {{ ref('int_project') }}

),

scopes as (

    select * from {{ ref('scope') }}

),

final as (

    select
        projects.plan_code,
        projects.meetmoment_code,
        projects.project_code,
        scopes.scope_code
    from projects
    inner join scopes on projects.plan_code = scopes.plan_code
    -- A constant scope holds the projects that were there at one meetmoment, at every meetmoment.
    left join projects as anchors
        on scopes.plan_code = anchors.plan_code
        and scopes.member_of_meetmoment = anchors.meetmoment_code
        and projects.project_code = anchors.project_code
    where {{ is_in_scope('projects', 'scopes', 'anchors') }}

)

select * from final
