-- One row per indicator and territory that the project reports.
select
    stated.project_code,
    indicators.label_nl,
    indicators.label_en,
    stated.territory,
    indicators.unit_label_nl as unit_nl,
    indicators.unit_label_en as unit_en,
    stated.baseline,
    stated.actual,
    stated.target,
    stated.target_date,
    stated.progress_pct,
    if(stated.value_state <> 'reported', lower(word_nl('value_state', stated.value_state)), null) as state,
    stated.explanation,
    stated.trace_key
from fct_indicator_value as stated
inner join dim_indicator as indicators using (indicator_code)
where stated.meetmoment_code = getvariable('meetmoment')
order by stated.project_code, stated.indicator_code, stated.territory
