-- One row per rule of the computed status.
select
    rule.rule_code, rule.kind, rule.rule_order, rule.title_nl, rule.title_en, rule.origin_nl, rule.origin as origin_en,
    rule.status_group, grp.status_group_label_nl as group_nl, grp.status_group_label_en as group_en, grp.colour,
    list({'fact_nl': condition.fact_label_nl, 'fact_en': condition.fact_label_en, 'operator': condition.operator, 'threshold': condition.threshold} order by condition.condition_number) as conditions
from dim_status_rule as rule
left join dim_status_condition as condition using (rule_code)
left join site_status_group as grp on rule.status_group = grp.status_group
group by all
order by rule.kind desc, rule.rule_order, rule.rule_code
