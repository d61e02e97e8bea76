-- One row per project, as it last stood.
select *
from site_project_last
order by speerpunt_code, project_code
