-- One row per finding on a submission: rule, severity, the cell it stands on and a sentence in Dutch and in English.
select
    finding_id,
    plan_code || '/' || meetmoment_code as meetmoment_key,
    gate,
    rule_id,
    severity,
    submission_id,
    file_name,
    sender_code,
    sheet,
    row_number,
    column_name,
    cell,
    received_value,
    expected,
    message_nl,
    message_en,
    waiver_id is not null as is_waived,
    waiver_id,
    waiver_reason_nl,
    waiver_reason_en
from {{ ref('int_finding') }}
