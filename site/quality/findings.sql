-- One row per warning or graver finding, of any meetmoment.
select finding.* exclude (project_code), min(finding.project_code) as project_code, meetmoment.short_label,
    meetmoment.meetmoment_number, sender.label_nl as sender_nl, sender.label_en as sender_en
from site_finding as finding
left join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_submission as submission using (submission_id)
left join dim_sender as sender using (sender_code)
where finding.severity <> 'info'
group by all
order by meetmoment.meetmoment_number desc, finding.rule_id, finding.file_name, finding.sheet, finding.row_number,
    finding.finding_id
limit 5000
