-- One row per cluster and execution, on the published scope of money.
select
    money.cluster_code as "Nr",
    clusters.label_nl as "Cluster",
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
from agg_finance_by_cluster_by_scope as money
inner join dim_cluster as clusters using (cluster_code)
where money.meetmoment_code = getvariable('meetmoment') and money.scope_code = getvariable('money_scope')
order by try_cast(money.cluster_code as integer), money.cluster_code, "Cijfers" desc
