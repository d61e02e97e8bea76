MODEL (name by_hand.read_finance, kind FULL);

with received as (
    select
        submission_id,
        meetmoment_code,
        received_at,
        row_number,
        texts[1] as project_code,
        lower(texts[2]) as word,
        case when lower(trim(texts[4])) not in (
            'n.v.t.', 'nvt', 'niet van toepassing', 'niet gerapporteerd', '-', '?', 'vertrouwelijk'
        ) then texts[4] end as committed,
        case when lower(trim(texts[5])) not in (
            'n.v.t.', 'nvt', 'niet van toepassing', 'niet gerapporteerd', '-', '?', 'vertrouwelijk'
        ) then texts[5] end as paid,
        substr(kinds, 4, 1) as committed_kind,
        substr(kinds, 5, 1) as paid_kind
    from warehouse.raw.row
    inner join warehouse.raw.sheet using (submission_id, sheet)
    inner join warehouse.raw.submission using (submission_id)
    where layout_code = 'vv_financien'
)

select
    submission_id,
    meetmoment_code,
    received_at,
    row_number,
    project_code,
    word,
    case
        when committed_kind = 'n' then try_cast(committed as decimal(18, 2))
        when regexp_full_match(committed, '[0-9.]+(,[0-9]+)?')
            then try_cast(replace(replace(committed, '.', ''), ',', '.') as decimal(18, 2))
    end as committed_eur,
    case
        when paid_kind = 'n' then try_cast(paid as decimal(18, 2))
        when regexp_full_match(paid, '[0-9.]+(,[0-9]+)?')
            then try_cast(replace(replace(paid, '.', ''), ',', '.') as decimal(18, 2))
    end as paid_eur,
    (committed is not null and committed_eur is null) or (paid is not null and paid_eur is null) as is_broken
from received
