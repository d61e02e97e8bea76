-- One row per speerpunt and cluster, its text on the cut-off day and its projects.
select
    clusters.speerpunt_code,
    clusters.cluster_code,
    clusters.label_nl,
    clusters.label_en,
    narrative.text_nl,
    narrative.text_en,
    members.project_count,
    members.projects
from dim_cluster as clusters
left join dim_narrative as narrative
    on narrative.subject = 'cluster'
    and clusters.cluster_code = narrative.subject_code
    and narrative.valid_from <= getvariable('cutoff_date')
    and coalesce(narrative.valid_to, getvariable('cutoff_date')) >= getvariable('cutoff_date')
inner join (
    select
        cluster_code,
        count(*) as project_count,
        if(count(*) <= 40, list(project_code order by project_code), null) as projects
    from dim_project_history
    where meetmoment_code = getvariable('meetmoment')
    group by cluster_code
) as members on clusters.cluster_code = members.cluster_code
order by clusters.speerpunt_code, try_cast(clusters.cluster_code as integer), clusters.cluster_code
