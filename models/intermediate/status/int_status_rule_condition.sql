-- One row per meetmoment, status rule in force at it and condition: what is asked of a fact, and how it is worded.
with

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

scale as (

    select * from {{ ref('int_status_scale') }}

),

rules as (

    select * from {{ ref('reg_status_rule') }}

),

-- A group that the scale of a meetmoment does not have cannot be given at that meetmoment.
rules_in_force as (

    select
        meetmomenten.meetmoment_code,
        rules.rule_code,
        rules.kind,
        rules.rule_order,
        rules.status_group,
        rules.title_nl,
        rules.title_en
    from meetmomenten
    inner join rules
        on {{ is_in_force('rules', 'meetmomenten') }}
    where exists (
        select 1
        from scale
        where
            rules.status_group = scale.group_code
            and {{ is_in_force('scale', 'meetmomenten') }}
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
        rules_in_force.meetmoment_code,
        rules_in_force.rule_code,
        conditions.condition_number,
        rules_in_force.kind,
        rules_in_force.rule_order,
        rules_in_force.status_group,
        rules_in_force.title_nl,
        rules_in_force.title_en,
        conditions.fact,
        names.unit,
        names.label_nl,
        names.label_en,
        conditions.operator,
        conditions.threshold
    from rules_in_force
    inner join conditions using (rule_code)
    inner join names using (fact)

)

select * from final
