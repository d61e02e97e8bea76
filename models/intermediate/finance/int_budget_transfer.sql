-- One row per decision and project: the amount in euro that the decision gives or takes, as last delivered.
with

transfers as (

    select * from {{ with_warnings('int_budget_transfer_version') }} where is_current

),

-- A decision may be delivered again at a later meetmoment; the latest delivery speaks for it.
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
    qualify row_number() over (
        partition by decision_ref, project_code order by meetmoment_number desc
    ) = 1

)

select * from final
