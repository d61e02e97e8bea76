MODEL (name by_hand.status, kind FULL);

select
    received.meetmoment_code,
    received.project_code,
    words.code as status
from by_hand.read_status as received
left join warehouse.staging.stg_code_word as words
    on words.code_list = 'project_status' and received.word = words.word
where received.submission_id not in (select submission_id from by_hand.broken)
qualify row_number() over (
    partition by received.meetmoment_code, received.project_code
    order by received.received_at desc, received.row_number desc
) = 1
