-- One row per speerpunt at the last meetmoment: its milestones by state, both denominators; dropped ones apart.
select
    agg.speerpunt_code,
    agg.speerpunt_code || '. ' || speerpunt.label_nl as name_nl,
    agg.speerpunt_code || '. ' || speerpunt.label_en as name_en,
    agg.milestone_count,
    agg.started_count,
    agg.realised_count,
    agg.on_schedule_count,
    agg.delayed_count,
    agg.future_count,
    agg.dropped_count,
    agg.not_reported_count,
    agg.on_schedule_or_realised_of_started_pct,
    agg.on_schedule_or_realised_of_all_pct,
    agg.trace_key
from agg_milestones_by_speerpunt as agg
inner join site_now using (meetmoment_code)
left join dim_speerpunt as speerpunt using (speerpunt_code)
where agg.milestone_count + agg.dropped_count > 0
-- A plan that reports no state of any milestone has no picture of it.
qualify sum(agg.started_count + agg.future_count) over () > 0
order by try_cast(agg.speerpunt_code as integer), agg.speerpunt_code
