-- One row per speerpunt, its text on the cut-off day and its projects.
select
    speerpunten.speerpunt_code,
    speerpunten.label_nl,
    speerpunten.label_en,
    narrative.text_nl,
    narrative.text_en,
    narrative.source,
    members.project_count,
    money.committed_reported_count as committed_project_count,
    money.committed_eur as committed_millions,
    money.trace_key
from dim_speerpunt as speerpunten
left join dim_narrative as narrative
    on narrative.subject = 'speerpunt'
    and speerpunten.speerpunt_code = narrative.subject_code
    and narrative.valid_from <= getvariable('cutoff_date')
    and coalesce(narrative.valid_to, getvariable('cutoff_date')) >= getvariable('cutoff_date')
left join (
    select speerpunt_code, count(*) as project_count
    from dim_project_history
    where meetmoment_code = getvariable('meetmoment')
    group by speerpunt_code
) as members on speerpunten.speerpunt_code = members.speerpunt_code
left join agg_finance_by_speerpunt as money
    on speerpunten.speerpunt_code = money.speerpunt_code
    and money.meetmoment_code = getvariable('meetmoment')
order by speerpunten.speerpunt_code
