-- One row per rule of the quality catalogue: what it asks, of which records, and how serious a failure is.
with

rules as (

    select * from {{ ref('rule') }}

),

records as (

    select
        rule_id,
        string_agg(record, ' ' order by record) as records
    from {{ ref('rule_record') }}
    group by rule_id

),

requirements as (

    select
        rules.rule_id,
        string_agg(requirements.requirement, ' ' order by requirements.requirement) as requirements
    from rules
    inner join {{ ref('requirement') }} as requirements
        on list_contains(string_split(requirements.rule_ids, ' '), rules.rule_id)
    group by rules.rule_id

),

severities as (

    select * from {{ ref('reg_rule_severity') }}

),

findings as (

    select
        rule_id,
        count(*) as finding_count,
        count(waiver_id) as waived_count
    from {{ ref('int_finding') }}
    group by rule_id

),

final as (

    select
        rules.rule_id,
        rules.gate,
        coalesce(severities.severity, rules.severity) as severity,
        rules.severity as catalogue_severity,
        severities.reason_nl as severity_reason_nl,
        severities.reason_en as severity_reason_en,
        rules.category,
        records.records,
        requirements.requirements,
        rules.title_nl,
        rules.title_en,
        rules.expected_nl,
        rules.expected_en,
        rules.origin,
        coalesce(findings.finding_count, 0) as finding_count,
        coalesce(findings.waived_count, 0) as waived_count
    from rules
    left join records using (rule_id)
    left join requirements using (rule_id)
    left join severities using (rule_id)
    left join findings using (rule_id)

)

select * from final
