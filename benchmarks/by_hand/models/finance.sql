MODEL (name by_hand.finance, kind FULL);

with paid_once as (
    select distinct
        meetmoment_code,
        texts[1] as project_code
    from warehouse.raw.row
    inner join warehouse.raw.sheet using (submission_id, sheet)
    inner join warehouse.raw.submission using (submission_id)
    where layout_code = 'vv_projecten' and lower(texts[6]) = 'eenmalig'
),

latest as (
    select
        received.meetmoment_code,
        received.project_code,
        received.committed_eur,
        received.paid_eur
    from by_hand.read_finance as received
    left join warehouse.staging.stg_code_word as words
        on words.code_list = 'finance_execution' and received.word = words.word
    where received.submission_id not in (select submission_id from by_hand.broken) and words.code = 'provisional'
    qualify row_number() over (
        partition by received.meetmoment_code, received.project_code
        order by received.received_at desc, received.row_number desc
    ) = 1
)

select latest.*
from latest
inner join paid_once using (meetmoment_code, project_code)
