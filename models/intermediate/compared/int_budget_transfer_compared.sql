-- One row per accepted budget transfer that holds, beside the sum of its decision.
with

transfers as (

    select * from {{ ref('int_budget_transfer_candidate') }} where is_current

),

final as (

    select
        row_id,
        meetmoment_code,
        decision_ref,
        project_code,
        amount_eur,
        sum(amount_eur) over decision as decision_sum_eur,
        cast(sum(amount_eur) over decision * 100 as bigint) as decision_sum_cents
    from transfers
    window decision as (partition by meetmoment_code, decision_ref)

)

select * from final
