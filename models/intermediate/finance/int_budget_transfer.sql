-- One row per decision and project: the amount in euro that the decision gives or takes, as last delivered.
with

transfers as (

    select * from {{ with_warnings('int_budget_transfer_version') }} where is_current

),

-- A decision may be delivered again at a later meetmoment, with other projects too; the latest delivery speaks for all
-- of it.
latest as (

    select
        decision_ref,
        max(meetmoment_number) as meetmoment_number
    from transfers
    group by decision_ref

),

final as (

    select
        decision_ref,
        project_code,
        meetmoment_code,
        decision_date,
        amount_eur,
        submission_id,
        sheet,
        row_number,
        warning_count
    from transfers
    inner join latest using (decision_ref, meetmoment_number)

)

select * from final
