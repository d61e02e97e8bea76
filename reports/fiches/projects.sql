-- One row per project that was delivered for the meetmoment: what it is and how it stands.
select
    history.project_code,
    history.title,
    history.speerpunt_code,
    speerpunten.label_nl as speerpunt_nl,
    speerpunten.label_en as speerpunt_en,
    history.cluster_code,
    clusters.label_nl as cluster_nl,
    clusters.label_en as cluster_en,
    coalesce(domains.label_nl, history.policy_domain_code) as domain_nl,
    coalesce(domains.label_en, history.policy_domain_code) as domain_en,
    word_nl('funding_type', history.funding_type) as funding_nl,
    word_en('funding_type', history.funding_type) as funding_en,
    history.is_rrf,
    described.objective,
    described.start_date,
    described.end_date,
    word_nl('project_status', statuses.status) as status_nl,
    word_en('project_status', statuses.status) as status_en,
    labels.colour,
    statuses.status_group,
    statuses.status_state,
    statuses.vr_document,
    statuses.explanation,
    word_nl('project_status_group', statuses.computed_status_group) as computed_nl,
    word_en('project_status_group', statuses.computed_status_group) as computed_en,
    statuses.computed_evidence_nl as evidence_nl,
    statuses.computed_evidence_en as evidence_en,
    statuses.comparison,
    statuses.contradiction_count,
    statuses.trace_key,
    history.trace_key as project_trace_key
from dim_project_history as history
inner join project_fiche as described using (project_code, meetmoment_code)
left join dim_speerpunt as speerpunten on history.speerpunt_code = speerpunten.speerpunt_code
left join dim_cluster as clusters on history.cluster_code = clusters.cluster_code
left join dim_policy_domain as domains on history.policy_domain_code = domains.policy_domain_code
left join fct_project_status_as_returned as statuses
    on history.project_code = statuses.project_code
    and history.meetmoment_code = statuses.meetmoment_code
left join dim_code as labels
    on labels.code_list = 'project_status'
    and statuses.status = labels.code
where history.meetmoment_code = getvariable('meetmoment')
order by history.project_code
