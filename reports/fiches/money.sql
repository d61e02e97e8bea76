-- One row per project and execution: its money, cumulative.
select
    project_code,
    word_nl('finance_execution', execution) as execution_nl,
    word_en('finance_execution', execution) as execution_en,
    budget_initial_eur,
    budget_current_eur,
    committed_eur,
    committed_of_initial_pct as committed_pct,
    paid_eur,
    paid_of_initial_pct as paid_pct,
    encours_eur,
    nullif(
        concat_ws(
            '; ',
            if(committed_state <> 'reported', 'vastgelegd: ' || lower(word_nl('value_state', committed_state)), null),
            if(paid_state <> 'reported', 'vereffend: ' || lower(word_nl('value_state', paid_state)), null)
        ),
        ''
    ) as states,
    trace_key
from fct_finance_by_execution
where meetmoment_code = getvariable('meetmoment')
order by project_code, execution desc
