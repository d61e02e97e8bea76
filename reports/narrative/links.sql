-- One row per transition, cluster and key indicator that it contributes to.
select
    links.transition_code,
    links.cluster_code,
    clusters.label_nl as cluster_nl,
    clusters.label_en as cluster_en,
    indicators.label_nl as indicator_nl,
    indicators.label_en as indicator_en,
    money.committed_eur as committed_millions,
    money.trace_key
from bridge_cluster_transition as links
inner join dim_cluster as clusters using (cluster_code)
left join dim_kernindicator as indicators using (kernindicator_code)
left join agg_finance_by_cluster as money
    on links.cluster_code = money.cluster_code
    and money.meetmoment_code = getvariable('meetmoment')
order by links.transition_code, try_cast(links.cluster_code as integer), links.cluster_code, indicator_nl
