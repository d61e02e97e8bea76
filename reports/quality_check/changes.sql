-- One row per kind of change since the meetmoment before: how many, and how many with a reason.
select
    word_nl('record', record) as record_nl,
    word_en('record', record) as record_en,
    word_nl('change_kind', kind) as kind_nl,
    word_en('change_kind', kind) as kind_en,
    count(*) as change_count,
    count(*) filter (where reason_source <> 'not_given') as reason_count,
    count(*) filter (where reason_source = 'not_given') as without_reason_count
from what_changed
where
    meetmoment_code = getvariable('meetmoment')
    and comparison = 'movement'
    and not is_form_only
group by all
order by change_count desc, record_nl, kind_nl
