-- One row per accepted budget transfer that held, beside the sum of what counts of its decision then.
with

transfers as (

    {{ beside_each_other(ref('int_budget_transfer_candidate'), 'decision_ref') }}

),

projects as (

    select * from {{ ref('int_project_candidate') }}

),

-- What a project that was not accepted gives or takes does not count, and leaves a decision that is not whole.
counted as (

    select
        transfers.*,
        case when projects.project_code is not null then transfers.amount_eur end as counted_eur
    from transfers
    left join projects
        on transfers.meetmoment_code = projects.meetmoment_code
        and transfers.project_code = projects.project_code
        and transfers.judged_at > projects.known_from
        and transfers.judged_at <= {{ or_never('projects.known_to') }}

),

summed as (

    select
        row_id,
        meetmoment_code,
        decision_ref,
        project_code,
        amount_eur,
        is_judged,
        sum(counted_eur) over decision as decision_sum_eur,
        cast(sum(counted_eur) over decision * 100 as bigint) as decision_sum_cents
    from counted
    window decision as (partition by judged_at, meetmoment_code, decision_ref)

),

final as (

    select * exclude (is_judged) from summed where is_judged

)

select * from final
