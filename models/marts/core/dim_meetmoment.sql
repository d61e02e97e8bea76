-- One row per meetmoment of the calendar, with what was delivered of what was expected.
with

meetmomenten as (

    select * from {{ ref('int_calendar') }}

),

delivered as (

    select
        meetmoment_code,
        scope_code,
        count(*) as project_count
    from {{ ref('int_project_scope') }}
    group by meetmoment_code, scope_code

),

completions as (

    select * from {{ ref('int_meetmoment_completion') }}

),

final as (

    select
        meetmomenten.meetmoment_code,
        meetmomenten.meetmoment_number,
        meetmomenten.previous_meetmoment_code,
        meetmomenten.label_nl,
        meetmomenten.label_en,
        meetmomenten.cutoff_date,
        meetmomenten.opens_on,
        meetmomenten.deadline_on,
        meetmomenten.publication_on,
        meetmomenten.monitored_scope as counts_scope_code,
        meetmomenten.money_scope as money_scope_code,
        meetmomenten.headline_execution,
        meetmomenten.project_count as expected_project_count,
        coalesce(delivered.project_count, 0) as delivered_project_count,
        coalesce(delivered.project_count, 0) > 0
        and coalesce(delivered.project_count >= meetmomenten.project_count, true) as is_complete,
        completions.first_complete_at,
        meetmomenten.note,
        meetmomenten.note_nl
    from meetmomenten
    left join delivered
        on meetmomenten.meetmoment_code = delivered.meetmoment_code
        and meetmomenten.monitored_scope = delivered.scope_code
    left join completions on meetmomenten.meetmoment_code = completions.meetmoment_code

)

select * from final
