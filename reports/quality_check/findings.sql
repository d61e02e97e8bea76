-- One row per rule: what it found at this meetmoment and at the one before, if any, waived findings apart.
select
    rules.rule_id,
    rules.title_nl,
    rules.title_en,
    word_nl('severity', rules.severity) as severity_nl,
    word_en('severity', rules.severity) as severity_en,
    count(*) filter (where findings.meetmoment_code = getvariable('meetmoment') and not findings.is_waived)
        as finding_count,
    count(*) filter (where findings.meetmoment_code = getvariable('meetmoment') and findings.is_waived) as waived_count,
    if(
        getvariable('previous') is null,
        null,
        count(*) filter (where findings.meetmoment_code = getvariable('previous') and not findings.is_waived)
    ) as previous_count
from fct_finding as findings
inner join dim_rule as rules using (rule_id)
where findings.meetmoment_code in (getvariable('meetmoment'), getvariable('previous'))
group by rules.rule_id, rules.title_nl, rules.title_en, rules.severity
order by finding_count desc, rules.rule_id
