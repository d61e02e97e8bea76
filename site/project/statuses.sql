-- One row per project and meetmoment: the status as reported beside the one the rules compute.
select
    fact.project_code,
    meetmoment.short_label,
    meetmoment.label_nl as moment_nl,
    meetmoment.label_en as moment_en,
    meetmoment.cutoff_date,
    fact.status,
    fact.status_group,
    fact.status_state,
    status.status_label_nl,
    status.status_label_en,
    status.colour,
    fact.computed_status_group,
    computed.status_group_label_nl as computed_nl,
    computed.status_group_label_en as computed_en,
    computed.colour as computed_colour,
    fact.computed_evidence_nl as evidence_nl,
    fact.computed_evidence_en as evidence_en,
    fact.comparison,
    fact.vr_document,
    fact.explanation,
    fact.warning_count,
    fact.trace_key
from fct_project_status_as_returned as fact
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join site_status as status on fact.status = status.status
left join site_status_group as computed on fact.computed_status_group = computed.status_group
order by fact.project_code, meetmoment.meetmoment_number desc
