-- One row per finding on a submission: rule, severity, the cell it stands on and a sentence in Dutch and in English.
select
    finding.finding_id,
    finding.meetmoment_code,
    about.project_code,
    finding.gate,
    finding.rule_id,
    finding.severity,
    finding.submission_id,
    finding.file_name,
    finding.sender_code,
    -- What the intake names are words of the sender that no layout knows.
    case when finding.gate <> 'intake' then finding.sheet end as sheet,
    finding.row_number,
    case when finding.gate <> 'intake' then finding.column_name end as column_name,
    finding.cell,
    finding.received_value,
    finding.expected,
    finding.expected_en,
    finding.message_nl,
    finding.message_en,
    finding.waiver_id is not null as is_waived,
    finding.waiver_id,
    finding.waiver_reason_nl,
    finding.waiver_reason_en
from {{ ref('int_finding') }} as finding
left join {{ ref('int_finding_project') }} as about using (submission_id, sheet, row_number)
