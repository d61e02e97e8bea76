-- One row per cluster, with its money in the published scope at the last meetmoment.
select
    cluster.speerpunt_code, cluster.cluster_code, cluster.label_nl, cluster.label_en,
    speerpunt.label_nl as speerpunt_nl, speerpunt.label_en as speerpunt_en,
    agg.project_count, agg.budget_initial_eur, agg.budget_transfer_eur, agg.budget_current_eur, agg.committed_of_initial_pct, agg.paid_of_initial_pct, agg.trace_key
from dim_cluster as cluster
left join dim_speerpunt as speerpunt using (speerpunt_code)
left join (select * from agg_finance_by_cluster inner join (select meetmoment_code from site_now) using (meetmoment_code)) as agg
    using (cluster_code)
order by try_cast(cluster.speerpunt_code as integer), cluster.speerpunt_code, try_cast(cluster.cluster_code as integer), cluster.cluster_code
