-- One row per meetmoment, scope, subject and execution: rows of its projects set apart, in whose place nothing counts.
with

members as (

    select * from {{ ref('int_project_scope') }}

),

set_apart as (

    select * from {{ ref('int_row_not_counted') }}

),

amounts as (

    select * from {{ ref('stg_finance') }}

),

subjects as (

    select
        meetmoment_code,
        project_code,
        case record when 'project_status' then 'project' else record end as subject,
        'not_applicable' as execution
    from set_apart
    where record in ('project_status', 'milestone')
    {% for subject, measures in [
        ('committed', "'committed'"), ('paid', "'paid'"), ('encours', "'committed', 'paid'")
    ] -%}
    union all
    select
        set_apart.meetmoment_code,
        set_apart.project_code,
        '{{ subject }}' as subject,
        amounts.execution
    from set_apart
    inner join amounts using (row_id)
    where amounts.measure in ({{ measures }})
    {% endfor %}
),

final as (

    select
        members.meetmoment_code,
        members.scope_code,
        subjects.subject,
        subjects.execution,
        count(*) as set_apart_count
    from members
    inner join subjects using (meetmoment_code, project_code)
    group by members.meetmoment_code, members.scope_code, subjects.subject, subjects.execution

)

select * from final
