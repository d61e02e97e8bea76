-- One row per speerpunt and execution, on the published scope of money.
select
    money.speerpunt_code as "Nr",
    speerpunten.label_nl as "Speerpunt",
    word_nl('finance_execution', money.execution) as "Cijfers",
    money.project_count as "Projecten",
    money.budget_initial_eur as "Initieel budget (EUR)",
    money.budget_current_eur as "Na overdrachten (EUR)",
    money.committed_eur as "Vastgelegd (EUR)",
    money.committed_of_initial_pct as "Vastgelegd (%)",
    money.paid_eur as "Vereffend (EUR)",
    money.paid_of_initial_pct as "Vereffend (%)",
    money.encours_eur as "Encours (EUR)",
    money.warning_count as "Waarschuwingen",
    money.trace_key
from agg_finance_by_speerpunt_by_scope as money
inner join dim_speerpunt as speerpunten using (speerpunt_code)
where money.meetmoment_code = getvariable('meetmoment') and money.scope_code = getvariable('money_scope')
order by money.speerpunt_code, "Cijfers" desc
