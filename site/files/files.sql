-- One row per file received.
select
    submission.*,
    meetmoment.label_nl as moment_nl,
    meetmoment.label_en as moment_en,
    sender.label_nl as sender_nl,
    sender.label_en as sender_en
from dim_submission as submission
left join dim_meetmoment as meetmoment using (meetmoment_code)
left join dim_sender as sender using (sender_code)
order by submission.received_at desc, submission.file_name, submission.submission_id
limit 1000
