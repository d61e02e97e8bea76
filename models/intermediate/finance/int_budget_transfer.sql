-- One row per decision and project: the amount in euro that the decision gives or takes, as last delivered.
with

transfers as (

    select * from {{ with_warnings('int_budget_transfer_version') }} where is_current

),

-- A decision may be delivered again at a later meetmoment, with other projects too; the latest delivery speaks for all
-- of it.
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
    qualify meetmoment_number = max(meetmoment_number) over (partition by decision_ref)

)

select * from final
