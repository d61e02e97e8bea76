select site_now.*, dim_scope.label_nl as scope_label_nl, dim_scope.label_en as scope_label_en
from site_now
left join dim_scope on site_now.counts_scope_code = dim_scope.scope_code
