-- One row per thing that can be found, with its address.
select 1 as place, 'Project' as kind_nl, 'Project' as kind_en, 'projecten' as folder, project_code as code, '' as place_in_page,
    project_code || ' ' || coalesce(title, '') as label_nl, project_code || ' ' || coalesce(title, '') as label_en,
    coalesce(objective, '') as words_nl, coalesce(objective, '') as words_en
from dim_project
union all
select 2, 'Speerpunt', 'Speerpunt', 'speerpunten', speerpunt_code, '',
    speerpunt_code || '. ' || label_nl, speerpunt_code || '. ' || label_en, '', ''
from dim_speerpunt
union all
select 3, 'Cluster', 'Cluster', 'clusters', cluster_code, '',
    cluster_code || '. ' || label_nl, cluster_code || '. ' || label_en, '', ''
from dim_cluster
union all
select 4, 'Indicator', 'Indicator', 'indicatoren', indicator_code, '',
    coalesce(label_nl, indicator_code), coalesce(label_en, indicator_code), coalesce(definition_nl, ''), coalesce(definition_en, '')
from dim_indicator
union all
select 5, 'Mijlpaal', 'Milestone', 'projecten', project_code, '#' || milestone_code,
    milestone_code || ' ' || coalesce(description, ''), milestone_code || ' ' || coalesce(description, ''), '', ''
from fct_milestone_status_as_returned
inner join site_now using (meetmoment_code)
order by place, code, place_in_page
