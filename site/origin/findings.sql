-- One row per finding on a row of a project, of any meetmoment.
select finding.*, meetmoment.short_label
from site_finding as finding
inner join site_meetmoment as meetmoment using (meetmoment_code)
where finding.project_code is not null
order by finding.project_code, meetmoment.meetmoment_number, finding.rule_id, finding.sheet, finding.row_number,
    finding.finding_id
