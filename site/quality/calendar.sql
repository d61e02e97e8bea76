-- One row per meetmoment of the calendar.
select
    *,
    delivered_project_count is not null and delivered_project_count > 0 as is_delivered
from dim_meetmoment
order by meetmoment_number
