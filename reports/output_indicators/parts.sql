-- One row per indicator, project and territory that reports it.
select
    stated.indicator_code,
    stated.project_code,
    projects.title,
    stated.territory,
    stated.actual,
    if(stated.value_state <> 'reported', lower(word_nl('value_state', stated.value_state)), null) as state,
    stated.change_since_previous as actual_change,
    stated.explanation,
    count(*) over (partition by stated.indicator_code) as all_rows_count,
    stated.trace_key
from fct_indicator_value as stated
inner join dim_project as projects using (project_code)
where stated.meetmoment_code = getvariable('meetmoment')
qualify row_number() over (partition by stated.indicator_code order by stated.project_code, stated.territory) <= 500
order by stated.indicator_code, stated.project_code, stated.territory
