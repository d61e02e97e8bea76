-- One row per closing date, project and measure: the accounts beside the returns of that day, in euro.
with

-- Accounts may be delivered again at a later meetmoment; the latest delivery speaks for a closing date.
accounts as (

    select *
    from {{ ref('int_account_balance_version') }}
    where is_current
    qualify row_number() over (
        partition by closing_date, project_code order by meetmoment_number desc
    ) = 1

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

returned as (

    select * from {{ ref('int_finance_execution') }} where measure in ('committed', 'paid')

),

closings as (

    select distinct
        accounts.closing_date,
        meetmomenten.meetmoment_code
    from accounts
    left join meetmomenten on accounts.closing_date = meetmomenten.cutoff_date

),

balances as (

    select
        closing_date,
        project_code,
        'committed' as measure,
        committed_eur as account_eur,
        submission_id,
        sheet,
        row_number,
        row_id
    from accounts
    union all
    select
        closing_date,
        project_code,
        'paid' as measure,
        paid_eur as account_eur,
        submission_id,
        sheet,
        row_number,
        row_id
    from accounts

),

keys as (

    select
        closing_date,
        project_code,
        measure
    from balances
    union
    select
        closings.closing_date,
        returned.project_code,
        returned.measure
    from closings
    inner join returned using (meetmoment_code)

),

final as (

    select
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
        balances.row_id as account_row_id,
        returned.provisional_row_id,
        returned.final_row_id
    from keys
    inner join closings using (closing_date)
    left join balances using (closing_date, project_code, measure)
    left join returned using (meetmoment_code, project_code, measure)

)

select * from final
