select meetmoment.* exclude (note), meetmoment.note as note_en, counts.label_nl as counts_nl, counts.label_en as counts_en, money.label_nl as money_nl, money.label_en as money_en
from dim_meetmoment as meetmoment
left join dim_scope as counts on meetmoment.counts_scope_code = counts.scope_code
left join dim_scope as money on meetmoment.money_scope_code = money.scope_code
order by meetmoment.meetmoment_number
