-- One row per meetmoment, project, execution and measure: a cumulative amount in euro as now returned.
with

amounts as (

    select * from {{ ref('int_finance_version') }} where is_current

),

projects as (

    select * from {{ ref('int_project') }}

),

final as (

    select
        amounts.meetmoment_code,
        amounts.meetmoment_number,
        amounts.project_code,
        projects.speerpunt_code,
        projects.cluster_code,
        projects.budget_initial_eur,
        amounts.execution,
        amounts.measure,
        amounts.amount_eur,
        amounts.amount_eur_state,
        amounts.amount_eur_reason,
        amounts.explanation,
        amounts.explanation is not null as has_explanation,
        amounts.submission_id,
        amounts.sheet,
        amounts.row_number,
        amounts.row_id
    from amounts
    inner join projects using (meetmoment_code, project_code)

)

select * from final
