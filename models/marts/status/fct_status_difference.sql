-- One row per plan, meetmoment, project and rule that the reported status does not agree with, with the evidence.
with

held as (

    select * from {{ ref('int_status_rule_held') }}

),

compared as (

    select * from {{ ref('int_status_comparison') }}

),

final as (

    select
        compared.plan_code || '/' || compared.meetmoment_code as meetmoment_key,
        compared.plan_code || '/' || compared.project_code as project_key,
        held.rule_code,
        compared.plan_code || '/' || compared.speerpunt_code as speerpunt_key,
        compared.plan_code || '/' || compared.cluster_code as cluster_key,
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
    inner join held
        on compared.plan_code = held.plan_code
        and compared.meetmoment_code = held.meetmoment_code
        and compared.project_code = held.project_code
    where held.is_contradicting or held.is_differing

)

select * from final
