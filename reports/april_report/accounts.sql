-- One row per measure: the accounts beside the returns, on the closing day of the chosen meetmoment.
with chosen as (

    select max_by(meetmoment_code, cutoff_date) as meetmoment_code
    from agg_finance_restatement
    inner join dim_meetmoment using (meetmoment_code)
    where final_count > 0 and meetmoment_number <= getvariable('meetmoment_number')

)

select
    word_nl('headline_measure', sums.measure) as measure,
    sums.closing_date,
    sums.compared_count,
    sums.different_count,
    sums.accounts_missing_count + sums.return_missing_count as missing_count,
    sums.account_eur as account_cents_eur,
    sums.returned_eur as returned_cents_eur,
    sums.difference_eur,
    sums.trace_key
from agg_account_difference as sums
inner join chosen using (meetmoment_code)
inner join dim_meetmoment as calendar using (meetmoment_code)
where sums.scope_code = calendar.money_scope_code
order by sums.measure
