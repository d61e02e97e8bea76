-- One row per meetmoment, project and status rule that holds: whether it decides or contradicts, and why.
with

conditions as (

    select * from {{ ref('int_status_condition') }}

),

asked as (

    select * from {{ ref('int_status_rule_condition') }}

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
        rule_code,
        min(condition_number) as first_number
    from conditions
    group by meetmoment_code, project_code, rule_code
    having bool_and(is_met)

),

-- Words are made for what holds only; most rules do not.
worded as (

    select
        meetmoment_code,
        project_code,
        rule_code,
        condition_number,
        condition_number = rules_that_hold.first_number as is_first,
        asked.kind,
        asked.rule_order,
        asked.status_group,
        asked.title_nl,
        asked.title_en,
        asked.label_nl || ' ' || replace({{ plain_number('conditions.fact_value') }}, '.', ',')
        || ' (' || operators.label_nl || ' ' || replace({{ plain_number('asked.threshold') }}, '.', ',') || ')'
            as words_nl,
        asked.label_en || ' ' || {{ plain_number('conditions.fact_value') }}
        || ' (' || operators.label_en || ' ' || {{ plain_number('asked.threshold') }} || ')' as words_en
    from conditions
    inner join rules_that_hold using (meetmoment_code, project_code, rule_code)
    inner join asked using (meetmoment_code, rule_code, condition_number)
    inner join operators on asked.operator = operators.code

),

-- Few rules have more than one condition, and a list of words for each that holds does not fit a large plan's memory.
further as (

    select
        meetmoment_code,
        project_code,
        rule_code,
        string_agg(words_nl, '; ' order by condition_number) as words_nl,
        string_agg(words_en, '; ' order by condition_number) as words_en
    from worded
    where not is_first
    group by meetmoment_code, project_code, rule_code

),

held as (

    select
        meetmoment_code,
        project_code,
        rule_code,
        first_words.kind,
        first_words.rule_order,
        first_words.status_group,
        first_words.title_nl || ': ' || concat_ws('; ', first_words.words_nl, further.words_nl) as evidence_nl,
        first_words.title_en || ': ' || concat_ws('; ', first_words.words_en, further.words_en) as evidence_en
    from worded as first_words
    left join further using (meetmoment_code, project_code, rule_code)
    where first_words.is_first

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
