-- One row per accepted row that names a project: whether that project is described by an accepted row too.
with

facts as (

    {% for record in versioned_records() if record not in ('project', 'indicator') %}
    {{ 'union all' if not loop.first }}
    select
        row_id,
        plan_code,
        meetmoment_code,
        project_code
    from {{ ref('int_' ~ record ~ '_version') }}
    where project_code is not null
    {% endfor %}

),

projects as (

    select * from {{ ref('int_project_version') }} where is_current

),

final as (

    select distinct
        facts.row_id,
        projects.row_id is not null as is_project_accepted
    from facts
    left join projects
        on facts.plan_code = projects.plan_code
        and facts.meetmoment_code = projects.meetmoment_code
        and facts.project_code = projects.project_code

)

select * from final
