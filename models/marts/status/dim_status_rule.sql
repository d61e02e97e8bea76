-- One row per rule of the status, as written in the registry.
with

rules as (

    select * from {{ ref('reg_status_rule') }}

),

conditions as (

    select
        rule_code,
        count(*) as condition_count
    from {{ ref('status_condition') }}
    group by rule_code

),

final as (

    select
        rules.rule_code,
        rules.kind,
        rules.rule_order,
        rules.status_group,
        rules.title_nl,
        rules.title_en,
        conditions.condition_count,
        rules.valid_from_meetmoment,
        rules.valid_to_meetmoment,
        rules.origin,
        rules.origin_nl
    from rules
    inner join conditions using (rule_code)

)

select * from final
