-- One row per milestone that is listed for the meetmoment, with what was first planned.
select
    listed.project_code,
    listed.milestone_code,
    listed.description,
    forecasts.original_planned_date as original_date,
    listed.planned_date,
    listed.actual_date,
    word_nl('milestone_status', listed.status) as status_nl,
    word_en('milestone_status', listed.status) as status_en,
    listed.is_overdue,
    listed.replaced_by,
    listed.explanation,
    listed.trace_key
from fct_milestone_status_as_returned as listed
left join fct_milestone_forecast as forecasts
    on listed.meetmoment_code = forecasts.meetmoment_code
    and listed.project_code = forecasts.project_code
    and listed.milestone_code = forecasts.milestone_code
where listed.meetmoment_code = getvariable('meetmoment')
order by listed.project_code, listed.milestone_code
