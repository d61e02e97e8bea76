-- One row per meetmoment, project and status rule that holds: whether it decides or contradicts, and why.
with

conditions as (

    select * from {{ ref('int_status_condition') }}

),

operators as (

    select * from {{ ref('code') }} where code_list = 'operator'

),

reported as (

    select * from {{ ref('int_project_status') }}

),

rules_that_hold as (

    select
        meetmoment_code,
        project_code,
        rule_code
    from conditions
    group by meetmoment_code, project_code, rule_code
    having bool_and(is_met)

),

-- Words are made for what holds only; most rules do not.
held as (

    select
        meetmoment_code,
        project_code,
        rule_code,
        conditions.kind,
        conditions.rule_order,
        conditions.status_group,
        conditions.title_nl || ': ' || string_agg(
            conditions.label_nl || ' ' || replace({{ plain_number('conditions.fact_value') }}, '.', ',')
            || ' (' || operators.label_nl || ' '
            || replace({{ plain_number('conditions.threshold') }}, '.', ',') || ')',
            '; ' order by conditions.condition_number
        ) as evidence_nl,
        conditions.title_en || ': ' || string_agg(
            conditions.label_en || ' ' || {{ plain_number('conditions.fact_value') }}
            || ' (' || operators.label_en || ' ' || {{ plain_number('conditions.threshold') }} || ')',
            '; ' order by conditions.condition_number
        ) as evidence_en
    from conditions
    inner join rules_that_hold using (meetmoment_code, project_code, rule_code)
    inner join operators on conditions.operator = operators.code
    group by
        meetmoment_code, project_code, rule_code, conditions.kind, conditions.rule_order, conditions.status_group,
        conditions.title_nl, conditions.title_en

),

ranked as (

    select
        *,
        kind = 'computed' and row_number() over (
            partition by meetmoment_code, project_code, kind
            order by rule_order, rule_code
        ) = 1 as is_deciding
    from held

),

final as (

    select
        held.*,
        reported.status_group as reported_status_group,
        coalesce(held.is_deciding and reported.status_group <> held.status_group, false) as is_differing,
        held.kind = 'contradiction' and coalesce(reported.status_group = held.status_group, false) as is_contradicting
    from ranked as held
    left join reported using (meetmoment_code, project_code)

)

select * from final
