-- One row per milestone as it was last reported, with where its days lie between the first and the last day of its project.
with stood as (
    select
        fact.*,
        forecast.original_planned_date,
        forecast.days_moved_in_all,
        forecast.move_count,
        forecast.trace_key as forecast_key,
        meetmoment.short_label,
        meetmoment.cutoff_date,
        fact.meetmoment_code = project.last_meetmoment_code as is_of_last,
        last.short_label as last_label
    from fct_milestone_status_as_returned as fact
    inner join dim_project as project using (project_code)
    inner join site_meetmoment as last on project.last_meetmoment_code = last.meetmoment_code
    inner join site_meetmoment as meetmoment on fact.meetmoment_code = meetmoment.meetmoment_code
    left join fct_milestone_forecast as forecast
        on fact.meetmoment_code = forecast.meetmoment_code and fact.project_code = forecast.project_code
        and fact.milestone_code = forecast.milestone_code
    qualify row_number() over (
        partition by fact.project_code, fact.milestone_code order by meetmoment.meetmoment_number desc
    ) = 1
),
forecasts as (
    select
        fact.project_code,
        fact.milestone_code,
        list({'day': fact.planned_date, 'moment': meetmoment.short_label} order by meetmoment.meetmoment_number) as every_forecast
    from fct_milestone_status_as_returned as fact
    inner join site_meetmoment as meetmoment using (meetmoment_code)
    where fact.planned_date is not null
    group by fact.project_code, fact.milestone_code
),
spans as (
    select
        project_code,
        least(min(original_planned_date), min(planned_date), min(actual_date)) as first_day,
        greatest(max(original_planned_date), max(planned_date), max(actual_date)) as last_day
    from stood
    group by project_code
)
select
    stood.project_code,
    stood.milestone_code,
    stood.description,
    stood.status,
    stood.status_group,
    status.status_label_nl,
    status.status_label_en,
    status.colour,
    stood.original_planned_date,
    stood.planned_date,
    stood.actual_date,
    stood.days_moved_in_all,
    stood.move_count,
    stood.is_overdue,
    stood.is_counted,
    stood.replaced_by,
    stood.explanation,
    stood.short_label,
    stood.is_of_last,
    stood.last_label,
    stood.warning_count,
    stood.trace_key,
    stood.forecast_key,
    [
        {'day': f.day, 'moment': f.moment, 'x': 100.0 * (f.day - first_day) / greatest(last_day - first_day, 1)}
        for f in list_filter(every_forecast, lambda one, place: place = 1 or one.day <> every_forecast[place - 1].day)
    ] as forecasts,
    100.0 * (stood.actual_date - first_day) / greatest(last_day - first_day, 1) as actual_x,
    100.0 * (stood.planned_date - first_day) / greatest(last_day - first_day, 1) as planned_x,
    100.0 * (stood.original_planned_date - first_day) / greatest(last_day - first_day, 1) as original_x,
    case
        when stood.cutoff_date between first_day and last_day
            then 100.0 * (stood.cutoff_date - first_day) / greatest(last_day - first_day, 1)
    end as cutoff_x,
    spans.first_day,
    spans.last_day
from stood
inner join spans using (project_code)
left join forecasts using (project_code, milestone_code)
left join site_milestone_status as status on stood.status = status.status
order by stood.project_code, stood.is_of_last desc, coalesce(stood.actual_date, stood.planned_date), stood.milestone_code
