-- What several pages ask, said once. Pages read these as tables.

-- One row: the last meetmoment that returns came in for.
create or replace temp view site_now as
select *
from dim_meetmoment
where delivered_project_count > 0
order by meetmoment_number desc
limit 1;

-- One row per meetmoment that returns came in for.
create or replace temp view site_meetmoment as
select
    *,
    'M' || meetmoment_number as short_label,
    meetmoment_code = (select meetmoment_code from site_now) as is_now
from dim_meetmoment
where delivered_project_count > 0;

-- One row per project status, with the colour and the shape of its group.
create or replace temp view site_status as
select
    code as status,
    group_code as status_group,
    label_nl as status_label_nl,
    label_en as status_label_en,
    colour,
    sort_order
from dim_code
where code_list = 'project_status';

-- One row per group of project statuses.
create or replace temp view site_status_group as
select
    code as status_group,
    label_nl as status_group_label_nl,
    label_en as status_group_label_en,
    coalesce(colour, '#9aa3ad') as colour,
    sort_order
from dim_code
where code_list = 'project_status_group';

-- One row per code that an event of a project goes from or to, with its name.
create or replace temp view site_event_value as
select 'stopped' as event_type, status as code, status_label_nl as label_nl, status_label_en as label_en
from site_status
union all
select 'moved_cluster', cluster_code, cluster_code || '. ' || label_nl, cluster_code || '. ' || label_en
from dim_cluster
union all
select 'moved_ministry', policy_domain_code, label_nl, label_en
from dim_policy_domain;

-- One row per milestone status.
create or replace temp view site_milestone_status as
select
    code as status,
    group_code as status_group,
    label_nl as status_label_nl,
    label_en as status_label_en,
    colour,
    sort_order
from dim_code
where code_list = 'milestone_status';

-- One row per submission and sheet that rows were read from. Of a sheet that lies on its side the columns are numbers.
create or replace temp view site_source as
select
    submission.submission_id,
    source_column.sheet,
    submission.file_name,
    submission.received_at,
    bool_or(regexp_full_match(source_column.column_letter, '\d+')) as is_on_its_side
from dim_submission as submission
inner join dim_source_column as source_column using (submission_id)
group by all;

-- One row per finding, in words.
create or replace temp view site_finding as
select
    finding.project_code,
    finding.meetmoment_code,
    finding.finding_id,
    finding.rule_id,
    finding.severity,
    finding.submission_id,
    finding.file_name,
    finding.sheet,
    finding.row_number,
    finding.cell,
    finding.column_name,
    finding.is_waived,
    finding.waiver_reason_nl,
    finding.waiver_reason_en,
    rule.title_nl as rule_nl,
    rule.title_en as rule_en,
    rule.expected_nl,
    rule.expected_en,
    finding.expected as found_expected_nl,
    finding.expected_en as found_expected_en,
    try_cast(finding.expected as decimal(20, 2)) as expected_number,
    try_cast(finding.expected as date) as expected_day,
    finding.trace_key
from fct_finding as finding
left join (
    select rule_id, min(title_nl) as title_nl, min(title_en) as title_en,
        min(expected_nl) as expected_nl, min(expected_en) as expected_en
    from dim_rule
    group by rule_id
) as rule using (rule_id)
where finding.severity in ('critical', 'error', 'warning', 'info');

-- One row per project, as it last stood: for the pages of the parts that it belongs to.
create or replace temp view site_project_last as
select
    project.speerpunt_code,
    project.cluster_code,
    project.policy_domain_code,
    project.funding_type,
    project.is_rrf,
    project.project_code,
    coalesce(project.title, project.project_code) as project_title,
    stood.status,
    stood.status_group,
    status.status_label_nl,
    status.status_label_en,
    status.colour,
    money.budget_initial_eur,
    money.committed_eur,
    money.committed_state,
    money.paid_eur,
    money.paid_state,
    money.trace_key,
    last.short_label,
    last.is_now
from dim_project as project
left join site_meetmoment as last on project.last_meetmoment_code = last.meetmoment_code
left join fct_project_status_as_returned as stood
    on project.project_code = stood.project_code and project.last_meetmoment_code = stood.meetmoment_code
left join site_status as status on stood.status = status.status
left join fct_finance_by_execution as money
    on project.project_code = money.project_code and project.last_meetmoment_code = money.meetmoment_code
    and money.execution = 'provisional';

-- One row per value of a row that was restated after it was first received: what it was, and what that takes off or adds.
create or replace temp table site_restated as
with restated as (
    select
        meetmoment_code, project_code, record, field, split(record_key, '|') as key, old_value, new_value, reason,
        cast(known_from as date) as known_on,
        try_cast(old_value as decimal(32, 6)) - try_cast(new_value as decimal(32, 6)) as delta
    from what_changed
    where comparison = 'restatement' and kind <> 'made_final' and field not in ('record', 'explanation')
),
amount as (
    select *, key[2] as measure, key[3] as execution
    from restated
    where record = 'finance' and field = 'amount_eur'
),
returned as (
    select fact.trace_key, 'amount_eur' as column_name, amount.old_value, amount.new_value, amount.delta,
        amount.known_on, amount.reason
    from amount
    inner join fct_finance_as_returned as fact using (meetmoment_code, project_code, measure, execution)
),
by_execution as (
    select fact.trace_key, unnest([amount.measure || '_eur', 'encours_eur']) as column_name, amount.old_value,
        amount.new_value,
        unnest([amount.delta, case amount.measure when 'paid' then -amount.delta else amount.delta end]) as delta,
        amount.known_on, amount.reason
    from amount
    inner join fct_finance_by_execution as fact using (meetmoment_code, project_code, execution)
    where amount.measure in ('committed', 'paid')
),
status as (
    select fact.trace_key, unnest(['status', 'status_group']) as column_name, restated.old_value, restated.new_value,
        cast(null as decimal(32, 6)) as delta, restated.known_on, restated.reason
    from restated
    inner join fct_project_status_as_returned as fact using (meetmoment_code, project_code)
    where restated.record = 'project_status' and restated.field = 'status'
),
milestone as (
    select fact.trace_key, unnest([restated.field, restated.field || '_group']) as column_name, restated.old_value,
        restated.new_value, cast(null as decimal(32, 6)) as delta, restated.known_on, restated.reason
    from restated
    inner join fct_milestone_status_as_returned as fact
        on restated.meetmoment_code = fact.meetmoment_code and restated.project_code = fact.project_code
        and restated.key[2] = fact.milestone_code
    where restated.record = 'milestone'
),
value as (
    select fact.trace_key, restated.field as column_name, restated.old_value, restated.new_value, restated.delta,
        restated.known_on, restated.reason
    from restated
    inner join fct_indicator_value as fact
        on restated.meetmoment_code = fact.meetmoment_code and restated.key[1] = fact.indicator_code
        and concat_ws('|', restated.key[2], restated.key[3], restated.key[4])
        = concat_ws('|', coalesce(fact.project_code, ''), coalesce(fact.territory, ''),
            coalesce(cast(fact.measured_on as varchar), ''))
    where restated.record = 'indicator_value'
)
select * from returned
union all
select * from by_execution
union all
select * from status
union all
select * from milestone
union all
select * from value;

-- One row per field of a return: what it is called, as the columns of the marts are.
create or replace temp table site_field as
select "column" as field, min_by(label_nl, mart) as field_nl, min_by(label_en, mart) as field_en
from read_csv('dictionary.csv', all_varchar = true)
where not contains(mart, '_by_') and "column" <> 'record'
group by "column"
union all
select 'record', 'De hele rij', 'The whole row';
