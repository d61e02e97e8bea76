-- One row per project, rule and severity: what the checks of the meetmoment found in its rows and nobody waived.
select
    findings.project_code,
    rules.rule_id,
    rules.title_nl,
    rules.title_en,
    findings.severity,
    count(*) as finding_count
from fct_finding as findings
inner join dim_rule as rules using (rule_id)
where
    findings.meetmoment_code = getvariable('meetmoment')
    and findings.project_code is not null
    and not findings.is_waived
    and findings.severity in ('error', 'warning')
group by findings.project_code, rules.rule_id, rules.title_nl, rules.title_en, findings.severity
order by findings.project_code, rules.rule_id
