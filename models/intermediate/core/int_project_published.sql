-- One row per meetmoment and project: whether the counts that are published are about it, and whether the money is.
with

projects as (

    select
        meetmoment_code,
        project_code
    from {{ ref('int_project') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

published as (

    select * from {{ ref('int_published_scope') }}

),

placed as (

    select
        members.meetmoment_code,
        members.project_code,
        published.subject
    from members
    inner join published using (meetmoment_code, scope_code)

),

final as (

    select
        projects.meetmoment_code,
        projects.project_code,
        count(*) filter (where placed.subject = 'counts') > 0 as is_in_counts,
        count(*) filter (where placed.subject = 'money') > 0 as is_in_money
    from projects
    left join placed using (meetmoment_code, project_code)
    group by projects.meetmoment_code, projects.project_code

)

select * from final
