-- One row per project and territory that delivers the indicator, at the last meetmoment.
select fact.*, project.title as project_title, meetmoment.short_label
from fct_indicator_value as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_project as project using (project_code)
qualify row_number() over (
    partition by fact.indicator_code, fact.project_code, fact.territory order by meetmoment.meetmoment_number desc
) = 1
order by fact.indicator_code, fact.project_code, fact.territory
limit 5000
