-- One row per project, meetmoment and execution: budget, committed, paid.
select
    fact.project_code,
    meetmoment.short_label,
    meetmoment.cutoff_date,
    fact.execution,
    execution.label_nl as execution_label_nl,
    execution.label_en as execution_label_en,
    fact.budget_initial_eur,
    fact.budget_current_eur,
    fact.committed_eur,
    fact.committed_state,
    fact.paid_eur,
    fact.paid_state,
    fact.encours_eur,
    fact.warning_count,
    fact.trace_key
from fct_finance_by_execution as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_code as execution on fact.execution = execution.code and execution.code_list = 'finance_execution'
order by fact.project_code, meetmoment.meetmoment_number, fact.execution desc
