MODEL (name by_hand.milestone, kind FULL);

with latest as (
    select
        received.meetmoment_code,
        received.milestone_code,
        received.planned_date,
        received.actual_date,
        words.code as status
    from by_hand.read_milestone as received
    left join warehouse.staging.stg_code_word as words
        on words.code_list = 'milestone_status' and received.word = words.word
    where received.submission_id not in (select submission_id from by_hand.broken)
    qualify row_number() over (
        partition by received.meetmoment_code, received.milestone_code
        order by received.received_at desc, received.row_number desc
    ) = 1
)

select * from latest where status is distinct from 'vervallen'
