-- One row per warning or graver finding, of any meetmoment; of one rule in one file the first hundred.
with
first_of_each as (
    select *
    from site_finding
    where severity <> 'info'
    qualify row_number() over (partition by rule_id, submission_id order by sheet, row_number, finding_id) <= 100
)
select finding.*, meetmoment.short_label,
    meetmoment.meetmoment_number, sender.label_nl as sender_nl, sender.label_en as sender_en
from first_of_each as finding
left join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_submission as submission using (submission_id)
left join dim_sender as sender using (sender_code)
order by meetmoment.meetmoment_number desc, finding.rule_id, finding.file_name, finding.sheet, finding.row_number,
    finding.finding_id
limit 5000
