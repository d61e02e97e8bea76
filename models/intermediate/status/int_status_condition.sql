-- One row per meetmoment, project, status rule in force and condition: whether it is met.
with

projects as (

    select * from {{ ref('int_project') }}

),

facts as (

    select * from {{ ref('int_status_fact') }}

),

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
        on meetmomenten.meetmoment_number >= rules.valid_from_meetmoment
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

-- A condition on a fact that nobody knows stands here as not met; were it left out, the rule could hold without it.
final as (

    select
        projects.meetmoment_code,
        projects.project_code,
        rules_in_force.rule_code,
        rules_in_force.kind,
        rules_in_force.rule_order,
        rules_in_force.status_group,
        rules_in_force.title_nl,
        rules_in_force.title_en,
        conditions.condition_number,
        conditions.fact,
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
    from projects
    inner join rules_in_force using (meetmoment_code)
    inner join conditions using (rule_code)
    inner join names using (fact)
    left join facts using (meetmoment_code, project_code, fact)

)

select * from final
