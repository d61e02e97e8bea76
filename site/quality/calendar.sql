-- One row per meetmoment of the calendar.
select
    meetmoment.*,
    meetmoment.delivered_project_count > 0 as is_delivered,
    headline.trace_key
from dim_meetmoment as meetmoment
left join agg_headline_figure as headline
    on meetmoment.meetmoment_code = headline.meetmoment_code
    and headline.measure = 'project_count'
    and headline.item = 'total'
order by meetmoment.meetmoment_number
