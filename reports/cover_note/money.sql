-- One row per meetmoment so far and measure: committed and paid, in millions of euro.
select
    strftime(calendar.cutoff_date, '%m/%Y') as moment,
    calendar.meetmoment_number as position,
    sides.measure_label_nl as measure_nl,
    sides.measure_label_en as measure_en,
    sides.amount_eur as amount_millions
from (
    select meetmoment_code, 'vastgelegd' as measure_label_nl, 'committed' as measure_label_en, committed_eur as amount_eur
    from agg_finance_by_meetmoment
    union all
    select meetmoment_code, 'vereffend', 'paid', paid_eur
    from agg_finance_by_meetmoment
) as sides
inner join dim_meetmoment as calendar using (meetmoment_code)
where calendar.meetmoment_number <= getvariable('meetmoment_number') and sides.amount_eur is not null
order by position, measure_nl
