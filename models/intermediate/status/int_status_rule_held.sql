-- One row per meetmoment, project and status rule that holds: whether it decides or contradicts, and why.
with

conditions as (

    select * from {{ ref('int_status_condition') }}

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
        kind,
        rule_order,
        status_group,
        title_nl || ': ' || string_agg(
            label_nl || ' ' || replace({{ plain_number('fact_value') }}, '.', ',')
            || ' (' || operator || ' ' || replace({{ plain_number('threshold') }}, '.', ',') || ')',
            '; ' order by condition_number
        ) as evidence_nl,
        title_en || ': ' || string_agg(
            label_en || ' ' || {{ plain_number('fact_value') }}
            || ' (' || operator || ' ' || {{ plain_number('threshold') }} || ')',
            '; ' order by condition_number
        ) as evidence_en
    from conditions
    inner join rules_that_hold using (meetmoment_code, project_code, rule_code)
    group by meetmoment_code, project_code, rule_code, kind, rule_order, status_group, title_nl, title_en

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
