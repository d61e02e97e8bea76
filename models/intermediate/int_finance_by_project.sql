-- One row per plan, meetmoment, project and execution: the amounts of a project side by side, in euro, cumulative.
with

amounts as (

    select * from {{ ref('int_finance') }}

),

final as (

    select
        plan_code,
        meetmoment_code,
        meetmoment_number,
        project_code,
        execution,
        speerpunt_code,
        cluster_code,
        budget_initial_eur,
        max(case when measure = 'budget' then amount_eur end) as budget_current_eur,
        max(case when measure = 'committed' then amount_eur end) as committed_eur,
        max(case when measure = 'paid' then amount_eur end) as paid_eur,
        max(case when measure = 'committed' then amount_eur end)
        - max(case when measure = 'paid' then amount_eur end) as encours_eur,
        sum(warning_count) as warning_count
    from amounts
    group by
        plan_code,
        meetmoment_code,
        meetmoment_number,
        project_code,
        execution,
        speerpunt_code,
        cluster_code,
        budget_initial_eur

)

select * from final
