-- One row per meetmoment, project, rule that decides or contradicts, and condition: the fact that led to it.
with

held as (

    select * from {{ ref('int_status_rule_held') }} where is_deciding or is_contradicting

),

conditions as (

    select * from {{ ref('int_status_condition') }}

),

asked as (

    select * from {{ ref('int_status_rule_condition') }}

),

compared as (

    select * from {{ ref('int_status_comparison') }}

),

final as (

    select
        held.meetmoment_code,
        held.project_code,
        held.rule_code,
        condition_number,
        asked.kind,
        asked.fact,
        asked.unit,
        conditions.fact_value,
        asked.operator,
        asked.threshold,
        compared.submission_id,
        compared.sheet,
        compared.row_number,
        compared.warning_count
    from held
    inner join conditions using (meetmoment_code, project_code, rule_code)
    inner join asked using (meetmoment_code, rule_code, condition_number)
    inner join compared using (meetmoment_code, project_code)

)

select * from final
