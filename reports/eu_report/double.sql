-- One row per scope: what would count twice.
select
    scopes.label_nl as "Afbakening",
    double.counting_rule_nl as "Telregel",
    double.project_count as "Projecten",
    double.in_both_count as "Ook in het herstelfonds",
    double.project_count_if_added as "Projecten indien opgeteld",
    double.project_double_count as "Projecten dubbel",
    double.mt_count as "Mijlpalen en streefdoelen",
    double.mt_count_if_added as "Indien per maatregel opgeteld",
    double.mt_double_count as "Dubbel",
    double.in_both_without_link_count as "In het fonds zonder geldig verband",
    double.trace_key
from agg_rrf_double_counting as double
inner join dim_scope as scopes using (scope_code)
where double.meetmoment_code = getvariable('meetmoment')
order by double.scope_code
