-- One row per project, as it last stood.
select *
from site_project_last
order by policy_domain_code, project_code
