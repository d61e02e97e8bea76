-- One row per submission: which file, when received, and the verdict of gate 1.
select
    submission_id,
    meetmoment_code,
    sender_code,
    file_name,
    sha256,
    byte_count,
    declared_version,
    received_at,
    is_late,
    withdrawn_at,
    withdrawn_by,
    withdrawal_reason,
    verdict,
    critical_count,
    error_count,
    warning_count,
    info_count,
    waived_count
from {{ ref('int_submission') }}
