-- One row per project and measure where accounts and returns differ, and why.
with chosen as (

    select max_by(meetmoment_code, cutoff_date) as meetmoment_code
    from agg_finance_restatement
    inner join dim_meetmoment using (meetmoment_code)
    where final_count > 0 and meetmoment_number <= getvariable('meetmoment_number')

)

select
    compared.project_code,
    projects.title,
    word_nl('headline_measure', compared.measure) as measure,
    compared.account_eur as account_cents_eur,
    compared.returned_eur as returned_cents_eur,
    compared.difference_eur,
    coalesce(compared.explanation, 'geen reden opgegeven') as reason,
    compared.trace_key
from fct_account_difference as compared
inner join chosen using (meetmoment_code)
inner join dim_meetmoment as calendar using (meetmoment_code)
inner join bridge_scope_project as members
    on compared.meetmoment_code = members.meetmoment_code
    and compared.project_code = members.project_code
    and calendar.money_scope_code = members.scope_code
inner join dim_project as projects on compared.project_code = projects.project_code
where compared.difference_eur <> 0
order by compared.measure, abs(compared.difference_eur) desc, compared.project_code
limit 500
