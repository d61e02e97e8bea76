MODEL (name by_hand.broken, kind FULL);

select submission_id from by_hand.read_milestone where is_broken
union
select submission_id from by_hand.read_finance where is_broken
