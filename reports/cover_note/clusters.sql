-- One row per cluster with money: what is committed of the money originally planned.
select
    labels.label_nl,
    labels.label_en,
    shares.speerpunt_code,
    shares.committed_pct,
    count(*) over () as all_rows_count,
    shares.trace_key
from (
    select cluster_code, committed_of_initial_pct as committed_pct, trace_key, labels.speerpunt_code
    from agg_finance_by_cluster
    inner join dim_cluster as labels using (cluster_code)
    where meetmoment_code = getvariable('meetmoment') and committed_of_initial_pct is not null
) as shares
inner join dim_cluster as labels using (cluster_code)
order by shares.committed_pct desc, labels.label_nl
limit 60
