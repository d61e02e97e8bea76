select agg.*, site_now.label_nl, site_now.label_en, scope.label_nl as scope_nl, scope.label_en as scope_en
from agg_milestones_by_meetmoment as agg
inner join site_now using (meetmoment_code)
left join dim_scope as scope using (scope_code)
