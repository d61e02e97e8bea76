-- One row per project, closing day and measure whose return differs from the accounts, or lacks a side.
select fact.*, project.title as project_title, measure.label_nl as measure_nl, measure.label_en as measure_en
from fct_account_difference as fact
left join dim_project as project using (project_code)
left join dim_code as measure on fact.measure = measure.code and measure.code_list = 'finance_measure'
where coalesce(fact.difference_eur, 0) <> 0 or fact.comparison in ('account_missing', 'return_missing')
order by fact.closing_date desc, abs(coalesce(fact.difference_eur, 0)) desc, fact.project_code, fact.measure
limit 400
