MODEL (name by_hand.read_milestone, kind FULL);

select
    submission_id,
    meetmoment_code,
    received_at,
    row_number,
    texts[2] as milestone_code,
    lower(texts[6]) as word,
    case
        when substr(kinds, 5, 1) = 'd' then try_cast(texts[5] as date)
        else cast(try_strptime(texts[5], '%d/%m/%Y') as date)
    end as planned_date,
    case
        when substr(kinds, 7, 1) = 'd' then try_cast(texts[7] as date)
        else cast(try_strptime(texts[7], '%d/%m/%Y') as date)
    end as actual_date,
    (nullif(texts[5], '') is not null and planned_date is null)
    or (nullif(texts[7], '') is not null and actual_date is null) as is_broken
from warehouse.raw.row
inner join warehouse.raw.sheet using (submission_id, sheet)
inner join warehouse.raw.submission using (submission_id)
where layout_code = 'vv_mijlpalen'
