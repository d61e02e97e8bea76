-- One row per project and measure whose definitive amount differs from the provisional one, and why.
select
    restated.project_code,
    projects.title,
    word_nl('headline_measure', restated.measure) as measure,
    restated.provisional_eur as provisional_cents_eur,
    restated.final_eur as final_cents_eur,
    restated.restated_eur as difference_eur,
    coalesce(restated.explanation, 'geen reden opgegeven') as reason,
    count(*) over () as all_rows_count,
    restated.trace_key
from agg_finance_restatement_by_project as restated
inner join dim_meetmoment as calendar using (meetmoment_code)
inner join bridge_scope_project as members
    on restated.meetmoment_code = members.meetmoment_code
    and restated.project_code = members.project_code
    and calendar.money_scope_code = members.scope_code
inner join dim_project as projects on restated.project_code = projects.project_code
where calendar.meetmoment_code = getvariable('final_meetmoment') and restated.restated_eur <> 0 and restated.measure in ('committed', 'paid')
order by restated.measure, abs(restated.restated_eur) desc, restated.project_code
limit 500
