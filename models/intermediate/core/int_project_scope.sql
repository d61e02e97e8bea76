-- One row per meetmoment, project and scope that the project belongs to at that meetmoment.
with

projects as (

    select * from {{ ref('int_project') }}

),

scopes as (

    select * from {{ ref('reg_scope') }}

),

final as (

    select
        projects.meetmoment_code,
        projects.project_code,
        scopes.scope_code
    from projects
    cross join scopes
    -- The project as it decides about membership: of a constant scope as it was at the one meetmoment that scope names,
    -- whatever became of it before or since; else as it is.
    inner join projects as deciding
        on projects.project_code = deciding.project_code
        and coalesce(scopes.member_of_meetmoment, projects.meetmoment_code) = deciding.meetmoment_code
    where {{ is_in_scope('deciding', 'scopes') }}

)

select * from final
