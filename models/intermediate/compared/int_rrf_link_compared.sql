-- One row per accepted link to the EU facility that holds, beside its due date and the project's last open milestone.
with

links as (

    select * from {{ ref('int_rrf_link_version') }} where is_current

),

targets as (

    select
        plan_code,
        mt_number,
        last_day(make_date(due_year, due_quarter * 3, 1)) as due_date
    from {{ ref('rrf_milestone_target') }}

),

milestones as (

    select
        plan_code,
        meetmoment_code,
        project_code,
        max(planned_date) as last_planned_date
    from {{ ref('int_milestone_version') }}
    where is_current and coalesce(status not in ('gerealiseerd', 'vervallen'), true)
    group by plan_code, meetmoment_code, project_code

),

final as (

    select
        links.row_id,
        links.plan_code,
        links.meetmoment_code,
        links.project_code,
        links.mt_number,
        targets.due_date,
        milestones.last_planned_date,
        date_diff('day', targets.due_date, milestones.last_planned_date) as days_after_due,
        links.valid_from <= links.cutoff_date and coalesce(links.valid_to >= links.cutoff_date, true)
            as is_valid_on_cutoff
    from links
    left join targets
        on links.plan_code = targets.plan_code
        and links.mt_number = targets.mt_number
    left join milestones
        on links.plan_code = milestones.plan_code
        and links.meetmoment_code = milestones.meetmoment_code
        and links.project_code = milestones.project_code

)

select * from final
