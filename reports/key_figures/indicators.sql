-- One row per indicator, on the published scope; context has no sum and stands here as it was reported.
select
    progress.indicator_code as "Code",
    indicators.label_nl as "Indicator",
    indicators.level_label_nl as "Niveau",
    indicators.unit_label_nl as "Eenheid",
    progress.baseline as "Nulwaarde",
    progress.actual as "Bereikt",
    word_nl('value_state', progress.value_state) as "Toestand",
    progress.target as "Streefwaarde",
    progress.target_date as "Tegen",
    progress.progress_pct as "Bereikt (%)",
    progress.warning_count as "Waarschuwingen",
    progress.trace_key
from agg_indicator_progress as progress
inner join dim_indicator as indicators using (indicator_code)
where progress.meetmoment_code = getvariable('meetmoment') and progress.scope_code = getvariable('scope')
order by progress.indicator_code
