-- One row per project, meetmoment and execution whose amounts stand beside each other, as the pages show them.
select project_code, trace_key
from fct_finance_by_execution
inner join site_meetmoment using (meetmoment_code)
order by all
