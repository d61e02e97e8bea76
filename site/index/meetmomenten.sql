-- One row per meetmoment, with what breaks the series there.
select
    now.*,
    scope.label_nl as scope_label_nl,
    scope.label_en as scope_label_en,
    money_scope.label_nl as money_scope_label_nl,
    money_scope.label_en as money_scope_label_en,
    now.counts_scope_code is distinct from before.counts_scope_code and before.meetmoment_code is not null as is_scope_break,
    now.money_scope_code is not distinct from before.money_scope_code as has_same_money_scope
from site_meetmoment as now
left join dim_meetmoment as before on now.previous_meetmoment_code = before.meetmoment_code
left join dim_scope as scope on now.counts_scope_code = scope.scope_code
left join dim_scope as money_scope on now.money_scope_code = money_scope.scope_code
order by now.meetmoment_number
