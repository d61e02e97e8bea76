-- One row per plan, closing date, project and measure: the accounts beside the returns of that day, in euro.
with

-- Accounts may be delivered again at a later meetmoment; the latest delivery speaks for a closing date.
accounts as (

    select *
    from {{ ref('int_account_balance_version') }}
    where is_current
    qualify row_number() over (
        partition by plan_code, closing_date, project_code order by meetmoment_number desc
    ) = 1

),

meetmomenten as (

    select * from {{ ref('meetmoment') }}

),

returned as (

    select * from {{ ref('int_finance_execution') }} where measure in ('committed', 'paid')

),

closings as (

    select distinct
        accounts.plan_code,
        accounts.closing_date,
        meetmomenten.meetmoment_code
    from accounts
    left join meetmomenten
        on accounts.plan_code = meetmomenten.plan_code
        and accounts.closing_date = meetmomenten.cutoff_date

),

balances as (

    select
        plan_code,
        closing_date,
        project_code,
        'committed' as measure,
        committed_eur as account_eur,
        submission_id,
        sheet,
        row_number,
        warning_count
    from accounts
    union all
    select
        plan_code,
        closing_date,
        project_code,
        'paid' as measure,
        paid_eur as account_eur,
        submission_id,
        sheet,
        row_number,
        warning_count
    from accounts

),

keys as (

    select
        plan_code,
        closing_date,
        project_code,
        measure
    from balances
    union
    select
        closings.plan_code,
        closings.closing_date,
        returned.project_code,
        returned.measure
    from closings
    inner join returned
        on closings.plan_code = returned.plan_code
        and closings.meetmoment_code = returned.meetmoment_code

),

final as (

    select
        keys.plan_code,
        keys.closing_date,
        closings.meetmoment_code,
        keys.project_code,
        keys.measure,
        balances.account_eur,
        returned.provisional_eur as returned_provisional_eur,
        returned.final_eur as returned_final_eur,
        returned.known_eur as returned_eur,
        returned.known_execution as returned_execution,
        balances.account_eur - returned.known_eur as difference_eur,
        case
            when closings.meetmoment_code is null then 'no_meetmoment'
            when balances.account_eur is not null and returned.known_eur is not null then 'compared'
            when balances.account_eur is not null then 'return_missing'
            when returned.known_eur is not null then 'accounts_missing'
            when returned.known_state = 'not_applicable' then 'not_applicable'
            else 'both_missing'
        end as comparison,
        coalesce(returned.has_explanation, false) as has_explanation,
        returned.explanation,
        coalesce(balances.submission_id, returned.submission_id) as submission_id,
        case when balances.submission_id is null then returned.sheet else balances.sheet end as sheet,
        case when balances.submission_id is null then returned.row_number else balances.row_number end as row_number,
        returned.submission_id as returned_submission_id,
        returned.sheet as returned_sheet,
        returned.row_number as returned_row_number,
        coalesce(balances.warning_count, 0) + coalesce(returned.warning_count, 0) as warning_count
    from keys
    inner join closings
        on keys.plan_code = closings.plan_code
        and keys.closing_date = closings.closing_date
    left join balances
        on keys.plan_code = balances.plan_code
        and keys.closing_date = balances.closing_date
        and keys.project_code = balances.project_code
        and keys.measure = balances.measure
    left join returned
        on keys.plan_code = returned.plan_code
        and closings.meetmoment_code = returned.meetmoment_code
        and keys.project_code = returned.project_code
        and keys.measure = returned.measure

)

select * from final
