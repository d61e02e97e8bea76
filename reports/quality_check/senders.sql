-- One row per sender: what it delivered for the meetmoment and what was found in it.
select
    coalesce(senders.label_nl, deliveries.sender_code) as label,
    deliveries.submission_count,
    deliveries.accepted_count,
    deliveries.rejected_count,
    deliveries.late_count,
    word_nl('delivery', deliveries.delivery) as delivery,
    deliveries.critical_count,
    deliveries.error_count,
    deliveries.warning_count,
    deliveries.waived_count,
    deliveries.trace_key
from agg_quality_by_submitter as deliveries
left join dim_sender as senders using (sender_code)
where deliveries.meetmoment_code = getvariable('meetmoment')
order by label
