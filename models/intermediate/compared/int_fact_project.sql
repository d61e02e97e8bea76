-- One row per accepted row that names a project: whether that project is described by an accepted row too.
with

staged as (

    {% for record in record_types() if record not in ('project', 'indicator') %}
    {{ 'union all' if not loop.first }}
    select
        row_id,
        submission_id,
        meetmoment_code,
        project_code
    from {{ ref('stg_' ~ record) }}
    where project_code is not null and not is_repeat
    {% endfor %}

),

submissions as (

    select submission_id from {{ ref('int_verdict') }} where verdict = 'accepted'

),

rows_set_apart as (

    select * from {{ ref('int_row_set_apart') }}

),

projects as (

    select * from {{ ref('int_project_candidate') }} where is_current

),

final as (

    select
        staged.row_id,
        projects.row_id is not null as is_project_accepted
    from staged
    inner join submissions using (submission_id)
    left join rows_set_apart using (row_id)
    left join projects using (meetmoment_code, project_code)
    where rows_set_apart.row_id is null

)

select * from final
