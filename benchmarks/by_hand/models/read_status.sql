MODEL (name by_hand.read_status, kind FULL);

select
    submission_id,
    meetmoment_code,
    received_at,
    row_number,
    texts[1] as project_code,
    lower(texts[2]) as word,
    false as is_broken
from warehouse.raw.row
inner join warehouse.raw.sheet using (submission_id, sheet)
inner join warehouse.raw.submission using (submission_id)
where layout_code = 'vv_status'
