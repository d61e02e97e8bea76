-- One row per meetmoment and project: the status as reported beside the status computed by the rules.
with

projects as (

    select * from {{ with_warnings('int_project') }}

),

reported as (

    select * from {{ with_warnings('int_project_status') }}

),

statuses_set_apart as (

    select distinct
        meetmoment_code,
        project_code
    from {{ ref('int_row_not_counted') }}
    where record = 'project_status'

),

deciding as (

    select * from {{ ref('int_status_rule_held') }} where is_deciding

),

contradictions as (

    select
        meetmoment_code,
        project_code,
        count(*) as contradiction_count
    from {{ ref('int_status_rule_held') }}
    where is_contradicting
    group by meetmoment_code, project_code

),

final as (

    select
        projects.meetmoment_code,
        projects.project_code,
        projects.speerpunt_code,
        projects.cluster_code,
        reported.status,
        coalesce(reported.status_group, reported.status_state, {{ no_status() }}) as status_group,
        coalesce(reported.status_state, {{ no_status() }}) as status_state,
        reported.status_reason,
        reported.assessor,
        reported.vr_document,
        reported.explanation,
        coalesce(reported.has_explanation, false) as has_explanation,
        coalesce(deciding.status_group, 'not_computed') as computed_status_group,
        deciding.rule_code as computed_by_rule,
        coalesce(deciding.evidence_nl, 'Geen enkele regel is van toepassing op wat is gemeld') as computed_evidence_nl,
        coalesce(deciding.evidence_en, 'No rule applies to what was reported') as computed_evidence_en,
        case
            when coalesce(reported.status_group, reported.status_state) is null then {{ no_status() }}
            when reported.status_group is null then 'not_reported'
            when deciding.status_group is null then 'not_computed'
            when deciding.is_differing then 'differs'
            else 'same'
        end as comparison,
        coalesce(contradictions.contradiction_count, 0) as contradiction_count,
        -- A project that reports no status still stands on the row that describes it.
        coalesce(reported.submission_id, projects.submission_id) as submission_id,
        case when reported.submission_id is null then projects.sheet else reported.sheet end as sheet,
        case when reported.submission_id is null then projects.row_number else reported.row_number end as row_number,
        coalesce(reported.warning_count, projects.warning_count) as warning_count,
        coalesce(reported.warning_count, 0) as status_warning_count,
        projects.warning_count as project_warning_count
    from projects
    left join reported using (meetmoment_code, project_code)
    left join statuses_set_apart using (meetmoment_code, project_code)
    left join deciding using (meetmoment_code, project_code)
    left join contradictions using (meetmoment_code, project_code)

)

select * from final
