-- One row: the last meetmoment up to this one that has definitive figures; none where there are none yet.
select
    calendar.label_nl as meetmoment_nl,
    calendar.label_en as meetmoment_en,
    calendar.cutoff_date,
    scopes.label_nl as scope_nl,
    scopes.label_en as scope_en
from dim_meetmoment as calendar
left join dim_scope as scopes on calendar.money_scope_code = scopes.scope_code
where calendar.meetmoment_code = getvariable('final_meetmoment')
