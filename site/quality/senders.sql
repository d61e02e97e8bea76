-- One row per sender and meetmoment, the last one first.
select
    agg.*,
    meetmoment.short_label,
    meetmoment.label_nl as moment_nl,
    meetmoment.label_en as moment_en,
    meetmoment.meetmoment_number,
    sender.label_nl as sender_nl,
    sender.label_en as sender_en
from agg_quality_by_submitter as agg
inner join dim_meetmoment as bare using (meetmoment_code)
left join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_sender as sender using (sender_code)
where meetmoment.meetmoment_code is not null
order by meetmoment.meetmoment_number desc, agg.sender_code
