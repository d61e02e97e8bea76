-- One row per measure: the accounts beside the returns, on the closing day of the chosen meetmoment.
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
inner join dim_meetmoment as calendar using (meetmoment_code)
where calendar.meetmoment_code = getvariable('final_meetmoment') and sums.scope_code = calendar.money_scope_code
order by sums.measure
