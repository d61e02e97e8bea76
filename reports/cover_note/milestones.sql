-- One row per speerpunt and where its milestones are: their share of all.
select
    speerpunt_code,
    side.label_nl,
    side.label_en,
    side.position,
    case side.position
        when 1 then realised_count when 2 then on_schedule_count when 3 then delayed_count else future_count
    end as milestone_count,
    100.0 * case side.position
        when 1 then realised_count when 2 then on_schedule_count when 3 then delayed_count else future_count
    end / nullif(milestone_count, 0) as share_pct
from agg_milestones_by_speerpunt
cross join (
    values (1, 'gerealiseerd', 'realised'), (2, 'op schema', 'on schedule'), (3, 'in vertraging', 'delayed'),
    (4, 'in de toekomst', 'in the future')
) as side (position, label_nl, label_en)
where meetmoment_code = getvariable('meetmoment')
order by speerpunt_code, side.position
