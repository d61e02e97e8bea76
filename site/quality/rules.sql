-- One row per rule that found anything.
select
    rule_id, title_nl, title_en, min(severity) as severity,
    sum(finding_count) as finding_count, sum(waived_count) as waived_count
from (select distinct rule_id, gate, title_nl, title_en, severity, finding_count, waived_count from dim_rule)
where finding_count > 0
group by rule_id, title_nl, title_en
order by finding_count desc, rule_id
