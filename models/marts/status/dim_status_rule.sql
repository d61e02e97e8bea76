-- One row per rule of the status and condition, as written in the registry.
select
    rules.rule_code,
    conditions.condition_number,
    rules.kind,
    rules.rule_order,
    rules.status_group,
    rules.title_nl,
    rules.title_en,
    conditions.fact,
    facts.label_nl as fact_label_nl,
    facts.label_en as fact_label_en,
    facts.unit,
    facts.description as fact_description,
    conditions.operator,
    conditions.threshold,
    rules.valid_from_meetmoment,
    rules.valid_to_meetmoment,
    rules.origin
from {{ ref('reg_status_rule') }} as rules
inner join {{ ref('status_condition') }} as conditions using (rule_code)
inner join {{ ref('status_fact') }} as facts using (fact)
