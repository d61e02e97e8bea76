-- One row per key indicator, transition and cluster that contributes to it, with its projects and money.
select
    links.kernindicator_code,
    transitions.label_nl as transition_nl,
    transitions.label_en as transition_en,
    clusters.label_nl as cluster_nl,
    clusters.label_en as cluster_en,
    links.cluster_code,
    members.project_count,
    money.committed_reported_count as committed_project_count,
    money.committed_eur as committed_millions,
    money.trace_key
from bridge_cluster_transition as links
inner join dim_transition as transitions using (transition_code)
inner join dim_cluster as clusters using (cluster_code)
left join (
    select cluster_code, count(*) as project_count
    from dim_project_history
    where meetmoment_code = getvariable('meetmoment')
    group by cluster_code
) as members on links.cluster_code = members.cluster_code
left join agg_finance_by_cluster as money
    on links.cluster_code = money.cluster_code
    and money.meetmoment_code = getvariable('meetmoment')
order by links.kernindicator_code, try_cast(links.cluster_code as integer), links.cluster_code
