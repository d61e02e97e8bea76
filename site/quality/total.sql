-- One row: how many warnings or graver findings there are.
select count(*) as finding_count
from site_finding
where severity <> 'info'
