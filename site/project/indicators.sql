-- One row per value of an indicator that a project delivers, as last delivered.
select
    fact.project_code,
    fact.indicator_code,
    indicator.label_nl,
    indicator.label_en,
    indicator.level_label_nl as level_nl,
    indicator.level_label_en as level_en,
    indicator.unit_label_nl as unit_nl,
    indicator.unit_label_en as unit_en,
    fact.territory,
    fact.baseline,
    fact.target,
    fact.target_date,
    fact.actual,
    fact.value_state,
    fact.progress_pct,
    fact.value_date,
    meetmoment.short_label,
    fact.warning_count,
    fact.trace_key
from fct_indicator_value as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join dim_indicator as indicator using (indicator_code)
where fact.project_code is not null
qualify row_number() over (
    partition by fact.project_code, fact.indicator_code, fact.territory order by meetmoment.meetmoment_number desc
) = 1
order by fact.project_code, fact.indicator_code, fact.territory
