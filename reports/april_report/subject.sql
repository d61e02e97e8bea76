-- One row: the last meetmoment up to this one that has definitive figures; none where there are none yet.
with chosen as (

    select max_by(meetmoment_code, cutoff_date) as meetmoment_code
    from agg_finance_restatement
    inner join dim_meetmoment using (meetmoment_code)
    where final_count > 0 and meetmoment_number <= getvariable('meetmoment_number')

)

select
    calendar.label_nl as meetmoment_nl,
    calendar.label_en as meetmoment_en,
    calendar.cutoff_date,
    scopes.label_nl as scope_nl,
    scopes.label_en as scope_en
from dim_meetmoment as calendar
inner join chosen using (meetmoment_code)
left join dim_scope as scopes on calendar.money_scope_code = scopes.scope_code
