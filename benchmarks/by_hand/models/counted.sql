MODEL (name by_hand.counted, kind FULL);

select
    meetmoment_code,
    status,
    count(*) as milestones
from by_hand.milestone
group by meetmoment_code, status
