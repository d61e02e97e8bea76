-- One row per accepted budget transfer that held, beside the sum of its decision then.
with

transfers as (

    {{ beside_each_other(ref('int_budget_transfer_candidate'), 'decision_ref') }}

),

summed as (

    select
        row_id,
        meetmoment_code,
        decision_ref,
        project_code,
        amount_eur,
        is_judged,
        sum(amount_eur) over decision as decision_sum_eur,
        cast(sum(amount_eur) over decision * 100 as bigint) as decision_sum_cents
    from transfers
    window decision as (partition by judged_at, meetmoment_code, decision_ref)

),

final as (

    select * exclude (is_judged) from summed where is_judged

)

select * from final
