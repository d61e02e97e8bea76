-- One row per finding on a submission: rule, severity, the cell it stands on and a sentence in Dutch and in English.
select
    finding_id,
    meetmoment_code,
    gate,
    rule_id,
    severity,
    submission_id,
    file_name,
    sender_code,
    -- What the intake names are words of the sender that no layout knows.
    case when gate <> 'intake' then sheet end as sheet,
    row_number,
    case when gate <> 'intake' then column_name end as column_name,
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
