-- One row per measure, kind of status and status.
select
    measure_code as "Maatregel",
    measure_label_nl as "Naam",
    word_nl('status_kind', status_kind) as "Soort status",
    word_nl('rrf_status', status) as "Status",
    mt_count as "Mijlpalen en streefdoelen",
    measure_mt_count as "Van in totaal",
    mt_pct as "Aandeel (%)",
    trace_key
from agg_rrf_report
where meetmoment_code = getvariable('meetmoment') and scope_code = getvariable('scope')
order by all
