-- One row per speerpunt: what is committed and paid of the money originally planned, and where its milestones are.
select
    speerpunten.speerpunt_code,
    speerpunten.label_nl,
    speerpunten.label_en,
    money.budget_initial_eur as budget_millions,
    money.committed_eur as committed_millions,
    money.committed_of_initial_pct as committed_pct,
    money.paid_eur as paid_millions,
    money.paid_of_initial_pct as paid_pct,
    milestones.milestone_count,
    100.0 * milestones.started_count / nullif(milestones.milestone_count, 0) as started_pct,
    money.trace_key as money_trace_key,
    milestones.trace_key
from dim_speerpunt as speerpunten
left join agg_finance_by_speerpunt as money
    on speerpunten.speerpunt_code = money.speerpunt_code
    and money.meetmoment_code = getvariable('meetmoment')
left join agg_milestones_by_speerpunt as milestones
    on speerpunten.speerpunt_code = milestones.speerpunt_code
    and milestones.meetmoment_code = getvariable('meetmoment')
where money.speerpunt_code is not null or milestones.speerpunt_code is not null
order by speerpunten.speerpunt_code
