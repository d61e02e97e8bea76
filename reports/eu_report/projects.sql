-- One row per project, measure and milestone or target that it contributes to.
select
    links.project_code as "Project",
    projects.title as "Titel",
    links.measure_code as "Maatregel",
    links.mt_number as "Nummer",
    links.valid_from as "Geldig vanaf",
    links.valid_to as "Geldig tot",
    if(links.is_valid_on_cutoff, 'ja', 'nee') as "Geldig op de afsluitdatum",
    word_nl('rrf_status', links.self_reported_status) as "Zelf gemeld",
    word_nl('rrf_status', links.assessed_status) as "Beoordeeld",
    links.trace_key
from bridge_rrf_project as links
inner join dim_project as projects using (project_code)
where links.meetmoment_code = getvariable('meetmoment')
order by all
