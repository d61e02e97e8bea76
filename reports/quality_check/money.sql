-- One row per measure: how the amount of the meetmoment before became that of this one.
select
    word_nl('headline_measure', measure) as measure_label,
    stayed_count,
    previous_eur,
    entered_eur - left_eur as scope_change_eur,
    first_reported_eur - no_longer_reported_eur as reported_change_eur,
    restated_eur as restated_change_eur,
    increase_eur as increase_change_eur,
    decrease_eur as decrease_change_eur,
    current_eur,
    unexplained_eur,
    trace_key
from agg_finance_change
where
    meetmoment_code = getvariable('meetmoment')
    and previous_meetmoment_code = getvariable('previous')
    and scope_code = getvariable('money_scope')
order by measure
