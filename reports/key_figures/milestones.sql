-- One row per speerpunt, on the published scope.
select
    counts.speerpunt_code as "Nr",
    speerpunten.label_nl as "Speerpunt",
    counts.milestone_count as "Mijlpalen",
    counts.started_count as "Aangevat",
    counts.realised_count as "Gerealiseerd",
    counts.on_schedule_count as "Op schema",
    counts.delayed_count as "In vertraging",
    counts.future_count as "In de toekomst",
    counts.on_schedule_or_realised_of_started_pct as "Op schema of gerealiseerd, van de aangevatte (%)",
    counts.on_schedule_or_realised_of_all_pct as "Op schema of gerealiseerd, van alle (%)",
    counts.warning_count as "Waarschuwingen",
    counts.trace_key
from agg_milestones_by_speerpunt as counts
inner join dim_speerpunt as speerpunten using (speerpunt_code)
where counts.meetmoment_code = getvariable('meetmoment')
order by counts.speerpunt_code
