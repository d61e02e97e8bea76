-- One row per meetmoment, project, rule that decides or contradicts, and condition: the fact that led to it.
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
        held.meetmoment_code,
        held.project_code,
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
    inner join conditions using (meetmoment_code, project_code, rule_code)
    inner join compared using (meetmoment_code, project_code)

)

select * from final
