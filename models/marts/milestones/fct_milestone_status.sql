-- One row per meetmoment, project and milestone that counts: planned date, status and actual date as reported.
select * exclude (is_counted)
from {{ ref('fct_milestone_status_as_returned') }}
where is_counted
