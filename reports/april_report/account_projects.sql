-- One row per project and measure where accounts and returns differ, and why.
select
    compared.project_code,
    projects.title,
    word_nl('headline_measure', compared.measure) as measure,
    compared.account_eur as account_cents_eur,
    compared.returned_eur as returned_cents_eur,
    compared.difference_eur,
    coalesce(compared.explanation, 'geen reden opgegeven') as reason,
    count(*) over () as all_rows_count,
    compared.trace_key
from fct_account_difference as compared
inner join dim_meetmoment as calendar using (meetmoment_code)
inner join bridge_scope_project as members
    on compared.meetmoment_code = members.meetmoment_code
    and compared.project_code = members.project_code
    and calendar.money_scope_code = members.scope_code
inner join dim_project as projects on compared.project_code = projects.project_code
where calendar.meetmoment_code = getvariable('final_meetmoment') and compared.difference_eur <> 0
order by compared.measure, abs(compared.difference_eur) desc, compared.project_code
limit 500
