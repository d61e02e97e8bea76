-- One row per kind of status and status: milestones and targets, each once.
select
    word_nl('status_kind', status_kind) as "Soort status",
    word_nl('rrf_status', status) as "Status",
    mt_count as "Mijlpalen en streefdoelen",
    all_mt_count as "Van in totaal",
    mt_pct as "Aandeel (%)",
    milestone_count as "Mijlpalen",
    target_count as "Streefdoelen",
    trace_key
from agg_rrf_total
where meetmoment_code = getvariable('meetmoment') and scope_code = getvariable('scope')
order by all
