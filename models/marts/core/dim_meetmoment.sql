-- One row per plan and meetmoment of the calendar, with what was delivered of what was expected.
with

meetmomenten as (

    select * from {{ ref('meetmoment') }}

),

delivered as (

    select
        plan_code,
        meetmoment_code,
        scope_code,
        count(*) as project_count
    from {{ ref('int_project_scope') }}
    group by plan_code, meetmoment_code, scope_code

),

final as (

    select
        meetmomenten.plan_code || '/' || meetmomenten.meetmoment_code as meetmoment_key,
        meetmomenten.plan_code,
        meetmomenten.meetmoment_code,
        meetmomenten.meetmoment_number,
        meetmomenten.label_nl,
        meetmomenten.label_en,
        meetmomenten.cutoff_date,
        meetmomenten.opens_on,
        meetmomenten.deadline_on,
        meetmomenten.publication_on,
        meetmomenten.monitored_scope as scope_code,
        meetmomenten.project_count as expected_project_count,
        coalesce(delivered.project_count, 0) as delivered_project_count,
        coalesce(delivered.project_count, 0) > 0
        and coalesce(delivered.project_count >= meetmomenten.project_count, true) as is_complete,
        meetmomenten.note
    from meetmomenten
    left join delivered
        on meetmomenten.plan_code = delivered.plan_code
        and meetmomenten.meetmoment_code = delivered.meetmoment_code
        and meetmomenten.monitored_scope = delivered.scope_code

)

select * from final
