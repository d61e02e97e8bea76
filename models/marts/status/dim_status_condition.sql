-- One row per rule of the status and condition that must hold for it, as written in the registry.
with

rules as (

    select * from {{ ref('reg_status_rule') }}

),

conditions as (

    select * from {{ ref('status_condition') }}

),

facts as (

    select * from {{ ref('status_fact') }}

),

final as (

    select
        rules.rule_code,
        conditions.condition_number,
        conditions.fact,
        facts.label_nl as fact_label_nl,
        facts.label_en as fact_label_en,
        facts.unit,
        facts.description as fact_description,
        conditions.operator,
        conditions.threshold
    from rules
    inner join conditions using (rule_code)
    inner join facts using (fact)

)

select * from final
