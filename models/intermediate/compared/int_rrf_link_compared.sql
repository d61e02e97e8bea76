-- One row per accepted link to the EU facility that holds, beside its due date and the project's last open milestone.
with

links as (

    select * from {{ ref('int_rrf_link_version') }} where is_current

),

targets as (

    select
        mt_number,
        last_day(make_date(due_year, due_quarter * 3, 1)) as due_date
    from {{ ref('reg_rrf_milestone_target') }}

),

milestones as (

    select
        meetmoment_code,
        project_code,
        max(planned_date) as last_planned_date
    from {{ ref('int_milestone_version') }}
    where is_current and coalesce(status not in ('gerealiseerd', 'vervallen'), true)
    group by meetmoment_code, project_code

),

final as (

    select
        links.row_id,
        links.meetmoment_code,
        links.project_code,
        links.mt_number,
        targets.due_date,
        milestones.last_planned_date,
        date_diff('day', targets.due_date, milestones.last_planned_date) as days_after_due,
        links.valid_from <= links.cutoff_date and coalesce(links.valid_to >= links.cutoff_date, true)
            as is_valid_on_cutoff
    from links
    left join targets using (mt_number)
    left join milestones using (meetmoment_code, project_code)

)

select * from final
