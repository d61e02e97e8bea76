-- One row per measure and milestone or target.
select
    measure_code as "Maatregel",
    mt_number as "Nummer",
    label_nl as "Omschrijving",
    word_nl('rrf_kind', kind) as "Soort",
    word_nl('unit', unit) as "Eenheid",
    baseline as "Nulwaarde",
    goal as "Doel",
    due_on as "Tegen",
    word_nl('rrf_status', self_reported_status) as "Zelf gemeld",
    word_nl('rrf_status', assessed_status) as "Beoordeeld",
    if(is_overdue, 'ja', 'nee') as "Te laat",
    project_count as "Projecten",
    milestones_after_quarter_count as "Vlaamse mijlpalen na het kwartaal",
    trace_key
from fct_rrf_milestone_target_by_measure
where meetmoment_code = getvariable('meetmoment')
order by all
