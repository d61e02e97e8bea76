-- One row per meetmoment, project and rule that the reported status does not agree with, with the evidence.
with

held as (

    select * from {{ ref('int_status_rule_held') }}

),

compared as (

    select * from {{ ref('int_status_comparison') }}

),

final as (

    select
        compared.meetmoment_code,
        compared.project_code,
        held.rule_code,
        compared.speerpunt_code,
        compared.cluster_code,
        case when held.is_differing then 'difference' else 'contradiction' end as kind,
        compared.status,
        compared.status_group,
        compared.computed_status_group,
        held.evidence_nl,
        held.evidence_en,
        compared.has_explanation,
        compared.submission_id,
        compared.sheet,
        compared.row_number,
        compared.warning_count
    from compared
    inner join held using (meetmoment_code, project_code)
    where held.is_contradicting or held.is_differing

)

select * from final
