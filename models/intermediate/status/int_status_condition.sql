-- One row per meetmoment, project, status rule in force and condition: whether it is met.
with

projects as (

    select * from {{ ref('int_project') }}

),

facts as (

    select * from {{ ref('int_status_fact') }}

),

conditions as (

    select * from {{ ref('int_status_rule_condition') }}

),

-- A condition on a fact that nobody knows stands here as not met; left out, the rule could hold without it. What a
-- condition asks stands in int_status_rule_condition: beside each project it would be most of a large plan's table.
final as (

    select
        meetmoment_code,
        project_code,
        conditions.rule_code,
        conditions.condition_number,
        facts.fact_value,
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
    inner join conditions using (meetmoment_code)
    left join facts using (meetmoment_code, project_code, fact)

)

select * from final
