-- One row per plan, meetmoment and sender: what was delivered, how late, and what the gate found.
select
    plan_code || '/' || meetmoment_code as meetmoment_key,
    coalesce(sender_code, 'unknown') as sender_code,
    min(received_at) as first_received_at,
    max(received_at) as last_received_at,
    count(*) as submission_count,
    count(*) filter (where verdict = 'accepted') as accepted_count,
    count(*) filter (where verdict = 'rejected') as rejected_count,
    count(*) filter (where is_late) as late_count,
    cast(sum(critical_count) as bigint) as critical_count,
    cast(sum(error_count) as bigint) as error_count,
    cast(sum(warning_count) as bigint) as warning_count,
    cast(sum(info_count) as bigint) as info_count,
    cast(sum(waived_count) as bigint) as waived_count
from {{ ref('int_submission') }}
group by plan_code, meetmoment_code, coalesce(sender_code, 'unknown')
