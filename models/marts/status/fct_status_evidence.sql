-- One row per plan, meetmoment, project, rule that decides or contradicts, and condition: the fact that led to it.
with

held as (

    select * from {{ ref('int_status_rule_held') }} where is_deciding or is_contradicting

),

conditions as (

    select * from {{ ref('int_status_condition') }}

),

compared as (

    select * from {{ ref('int_status_comparison') }}

),

final as (

    select
        held.plan_code || '/' || held.meetmoment_code as meetmoment_key,
        held.plan_code || '/' || held.project_code as project_key,
        held.rule_code,
        conditions.condition_number,
        held.kind,
        conditions.fact,
        conditions.unit,
        conditions.fact_value,
        conditions.operator,
        conditions.threshold,
        compared.submission_id,
        compared.sheet,
        compared.row_number,
        compared.warning_count
    from held
    inner join conditions
        on held.plan_code = conditions.plan_code
        and held.meetmoment_code = conditions.meetmoment_code
        and held.project_code = conditions.project_code
        and held.rule_code = conditions.rule_code
    inner join compared
        on held.plan_code = compared.plan_code
        and held.meetmoment_code = compared.meetmoment_code
        and held.project_code = compared.project_code

)

select * from final
