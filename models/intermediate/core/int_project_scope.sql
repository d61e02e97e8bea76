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
    -- The project as it decides about membership: of a constant scope as it was at the one meetmoment that scope names,
    -- whatever became of it before or since; else as it is.
    inner join projects as deciding
        on projects.plan_code = deciding.plan_code
        and projects.project_code = deciding.project_code
        and coalesce(scopes.member_of_meetmoment, projects.meetmoment_code) = deciding.meetmoment_code
    where {{ is_in_scope('deciding', 'scopes') }}

)

select * from final
