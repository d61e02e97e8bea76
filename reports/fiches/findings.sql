-- One row per project and rule: what the checks of the meetmoment found in its rows and nobody waived.
select
    places.project_code,
    rules.rule_id,
    rules.title_nl,
    rules.title_en,
    count(*) as finding_count
from fct_finding as findings
inner join dim_rule as rules using (rule_id)
inner join (
    select submission_id, sheet, row_number, project_code
    from fct_milestone_status_as_returned
    where meetmoment_code = getvariable('meetmoment')
    union
    select submission_id, sheet, row_number, project_code
    from fct_project_status_as_returned
    where meetmoment_code = getvariable('meetmoment')
    union
    select submission_id, sheet, row_number, project_code
    from dim_project_history
    where meetmoment_code = getvariable('meetmoment')
    union
    select submission_id, sheet, row_number, project_code
    from fct_finance_as_returned
    where meetmoment_code = getvariable('meetmoment')
) as places using (submission_id, sheet, row_number)
where
    findings.meetmoment_code = getvariable('meetmoment')
    and not findings.is_waived
    and findings.severity in ('error', 'warning')
group by places.project_code, rules.rule_id, rules.title_nl, rules.title_en
order by places.project_code, rules.rule_id
