-- One row per warning on a row of a project at the last meetmoment.
select finding.*
from site_finding as finding
inner join site_now using (meetmoment_code)
where finding.project_code is not null and finding.severity <> 'info'
order by finding.project_code, finding.rule_id, finding.sheet, finding.row_number, finding.finding_id
