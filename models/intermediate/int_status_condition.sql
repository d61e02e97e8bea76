-- One row per plan, meetmoment, project, status rule in force and condition: whether it is met.
with

facts as (

    select * from {{ ref('int_status_fact') }}

),

meetmomenten as (

    select * from {{ ref('meetmoment') }}

),

scale as (

    select * from {{ ref('code') }} where code_list = 'project_status'

),

rules as (

    select * from {{ ref('status_rule') }}

),

-- A group that the scale of a meetmoment does not have cannot be given at that meetmoment.
rules_in_force as (

    select
        meetmomenten.plan_code,
        meetmomenten.meetmoment_code,
        rules.rule_code,
        rules.kind,
        rules.rule_order,
        rules.status_group,
        rules.title_nl,
        rules.title_en
    from meetmomenten
    inner join rules
        on coalesce(rules.plan_code, meetmomenten.plan_code) = meetmomenten.plan_code
        and meetmomenten.meetmoment_number >= rules.valid_from_meetmoment
        and meetmomenten.meetmoment_number <= coalesce(rules.valid_to_meetmoment, meetmomenten.meetmoment_number)
    where exists (
        select 1
        from scale
        where
            rules.status_group = scale.group_code
            and meetmomenten.meetmoment_number >= scale.valid_from_meetmoment
            and meetmomenten.meetmoment_number <= coalesce(scale.valid_to_meetmoment, meetmomenten.meetmoment_number)
    )

),

conditions as (

    select * from {{ ref('status_condition') }}

),

names as (

    select * from {{ ref('status_fact') }}

),

final as (

    select
        facts.plan_code,
        facts.meetmoment_code,
        facts.project_code,
        rules_in_force.rule_code,
        rules_in_force.kind,
        rules_in_force.rule_order,
        rules_in_force.status_group,
        rules_in_force.title_nl,
        rules_in_force.title_en,
        conditions.condition_number,
        facts.fact,
        names.unit,
        names.label_nl,
        names.label_en,
        facts.fact_value,
        conditions.operator,
        conditions.threshold,
        coalesce(
            case conditions.operator
                when '=' then facts.fact_value = conditions.threshold
                when '<>' then facts.fact_value <> conditions.threshold
                when '<' then facts.fact_value < conditions.threshold
                when '<=' then facts.fact_value <= conditions.threshold
                when '>' then facts.fact_value > conditions.threshold
                when '>=' then facts.fact_value >= conditions.threshold
            end,
            false
        ) as is_met
    from facts
    inner join conditions on facts.fact = conditions.fact
    inner join rules_in_force
        on facts.plan_code = rules_in_force.plan_code
        and facts.meetmoment_code = rules_in_force.meetmoment_code
        and conditions.rule_code = rules_in_force.rule_code
    inner join names on facts.fact = names.fact

)

select * from final
