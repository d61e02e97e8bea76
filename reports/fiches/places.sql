-- One row per project, transition and key indicator: its place in the narrative, by its cluster.
select
    history.project_code,
    transitions.label_nl as transition_nl,
    transitions.label_en as transition_en,
    indicators.label_nl as indicator_nl,
    indicators.label_en as indicator_en
from dim_project_history as history
inner join bridge_cluster_transition as links using (cluster_code)
inner join dim_transition as transitions using (transition_code)
left join dim_kernindicator as indicators on links.kernindicator_code = indicators.kernindicator_code
where history.meetmoment_code = getvariable('meetmoment')
order by history.project_code, transition_nl, indicator_nl
