-- Three core marts with their columns, by hand and for the Flemish template alone; `rivals.py` says what of the work of
-- the models is in it and what is not.

-- A cell is empty, a word for no value, or a value.
create macro text_of(cell) as nullif(trim(cell), '');

create macro state_of(text) as case
    when text is null or lower(text) in ('-', '?', 'niet gerapporteerd') then 'not_reported'
    when lower(text) in ('n.v.t.', 'nvt', 'niet van toepassing') then 'not_applicable'
    when lower(text) = 'vertrouwelijk' then 'withheld'
    else 'reported'
end;

create macro reason_of(text) as case when state_of(text) <> 'reported' then text end;

create macro day_of(text, kind) as case
    when state_of(text) <> 'reported' then null
    when kind = 'd' then try_cast(text as date)
    else cast(try_strptime(text, '%d/%m/%Y') as date)
end;

create macro amount_of(text, kind) as case
    when state_of(text) <> 'reported' then null
    when kind = 'n' then try_cast(text as decimal(18, 2))
    when regexp_full_match(text, '-?[0-9.]+(,[0-9]+)?')
        then try_cast(replace(replace(text, '.', ''), ',', '.') as decimal(18, 2))
end;

-- One row per submission and sheet, in the order in which they count. A lower version that comes after a higher one
-- takes its place before it.
create table delivered as
with overtaken as (
    select
        *,
        least(received_at, min(received_at) over (
            partition by meetmoment_code, series
            order by declared_version desc, declared_order desc
            rows between unbounded preceding and 1 preceding
        )) as placed_at
    from warehouse.raw.submission
)

select
    submission_id,
    sheet.sheet,
    sheet.layout_code,
    meetmoment_code,
    cast(substr(meetmoment_code, 2) as integer) as meetmoment_number,
    meetmoment.cutoff_date,
    overtaken.received_at,
    meetmoment_code || '/' || regexp_extract(overtaken.file_name, '(?i)^(.+?)(_v\d+)?\.[^.]+$', 1) || '/'
    || sheet.layout_code as series,
    dense_rank() over (
        partition by meetmoment_code
        order by
            overtaken.placed_at, coalesce(overtaken.declared_version, 1), coalesce(overtaken.declared_order, 0),
            overtaken.received_at, overtaken.file_name, submission_id
    ) as precedence
from overtaken
inner join warehouse.raw.sheet using (submission_id)
inner join warehouse.registry.meetmoment using (plan_code, meetmoment_code);

create table read_project as
select
    delivered.*,
    row_number,
    text_of(texts[1]) as project_code,
    text_of(texts[1]) as record_key,
    text_of(texts[3]) as speerpunt_code,
    text_of(texts[4]) as cluster_code,
    lower(text_of(texts[6])) = 'eenmalig' as is_one_off,
    amount_of(text_of(texts[8]), substr(kinds, 8, 1)) as budget_initial_eur,
    day_of(text_of(texts[10]), substr(kinds, 10, 1)) as start_date,
    day_of(text_of(texts[11]), substr(kinds, 11, 1)) as end_date
from warehouse.raw.row
inner join delivered using (submission_id, sheet)
where layout_code = 'vv_projecten';

create table read_status as
select
    delivered.*,
    row_number,
    text_of(texts[1]) as project_code,
    text_of(texts[1]) as record_key,
    words.code as status,
    state_of(text_of(texts[2])) as status_state,
    reason_of(text_of(texts[2])) as status_reason,
    text_of(texts[3]) as vr_document,
    text_of(texts[4]) as explanation
from warehouse.raw.row
inner join delivered using (submission_id, sheet)
left join warehouse.staging.stg_code_word as words
    on words.code_list = 'project_status' and lower(text_of(texts[2])) = words.word
where layout_code = 'vv_status';

create table read_milestone as
select
    delivered.*,
    row_number,
    text_of(texts[1]) as project_code,
    text_of(texts[2]) as milestone_code,
    text_of(texts[1]) || '|' || text_of(texts[2]) as record_key,
    text_of(texts[3]) as description,
    text_of(texts[4]) as owner,
    day_of(text_of(texts[5]), substr(kinds, 5, 1)) as planned_date,
    state_of(text_of(texts[5])) as planned_date_state,
    reason_of(text_of(texts[5])) as planned_date_reason,
    words.code as status,
    state_of(text_of(texts[6])) as status_state,
    reason_of(text_of(texts[6])) as status_reason,
    day_of(text_of(texts[7]), substr(kinds, 7, 1)) as actual_date,
    state_of(text_of(texts[7])) as actual_date_state,
    reason_of(text_of(texts[7])) as actual_date_reason,
    text_of(texts[8]) as replaced_by,
    text_of(texts[9]) as explanation,
    case when planned_date is null and planned_date_state = 'reported' then texts[5] end as unread_planned_date,
    case when actual_date is null and actual_date_state = 'reported' then texts[7] end as unread_actual_date
from warehouse.raw.row
inner join delivered using (submission_id, sheet)
left join warehouse.staging.stg_code_word as words
    on words.code_list = 'milestone_status' and lower(text_of(texts[6])) = words.word
where layout_code = 'vv_mijlpalen';

-- A row holds a budget, what is committed and what is paid: three amounts.
create table read_finance as
select
    delivered.*,
    row_number,
    text_of(texts[1]) as project_code,
    text_of(texts[1]) || '|' || measure || '|' || words.code as record_key,
    words.code as execution,
    measure,
    amount_of(text_of(texts[place]), substr(kinds, place, 1)) as amount_eur,
    state_of(text_of(texts[place])) as amount_eur_state,
    text_of(texts[6]) as explanation,
    case when amount_eur is null and amount_eur_state = 'reported' then texts[place] end as unread_amount
from warehouse.raw.row
inner join delivered using (submission_id, sheet)
cross join (values ('budget', 3), ('committed', 4), ('paid', 5)) as measures (measure, place)
left join warehouse.staging.stg_code_word as words
    on words.code_list = 'finance_execution' and lower(text_of(texts[2])) = words.word
where layout_code = 'vv_financien';

create table read_transfer as
select
    try_cast(text_of(texts[2]) as date) as decision_date,
    text_of(texts[3]) as project_code,
    try_cast(text_of(texts[4]) as decimal(18, 2)) as amount_eur
from warehouse.raw.row
inner join delivered using (submission_id, sheet)
where layout_code = 'vv_overdrachten';

-- One row per cell that cannot be read; its whole submission counts for nothing.
create table unread as
select 'V02' as rule_id, submission_id, sheet, row_number, unread_planned_date as received_value
from read_milestone where unread_planned_date is not null
union all
select 'V02', submission_id, sheet, row_number, unread_actual_date
from read_milestone where unread_actual_date is not null
union all
select 'V01', submission_id, sheet, row_number, unread_amount
from read_finance where unread_amount is not null;

-- One row per accepted submission and sheet, with its place among those of its series, each of which is a full one.
create table accepted as
select
    *,
    min(received_at) over later as next_received_at
from (
    select
        submission_id,
        sheet,
        series,
        precedence,
        received_at,
        dense_rank() over (partition by series order by precedence) as series_position
    from delivered
    where submission_id not in (select submission_id from unread)
)
window later as (partition by series order by series_position range between 1 following and unbounded following);

-- A version holds until another of its key, or until a later delivery of the series lacks the key.
create macro versions_of(received) as table (
    with placed as (
        select
            received.submission_id,
            received.sheet,
            received.row_number,
            received.meetmoment_code,
            received.record_key,
            accepted.precedence,
            accepted.series,
            accepted.received_at as known_from,
            case
                when coalesce(lead(accepted.series_position) over (
                    partition by accepted.series, received.record_key
                    order by accepted.series_position, received.row_number
                ) <> accepted.series_position + 1, true) then accepted.next_received_at
            end as lacked_from
        from query_table(received) as received
        inner join accepted using (submission_id, sheet)
    )

    select
        submission_id,
        sheet,
        row_number,
        meetmoment_code,
        record_key,
        known_from,
        least(
            min(lacked_from) over (
                partition by meetmoment_code, record_key, series order by precedence, row_number
                rows between current row and unbounded following
            ),
            min(known_from) over (
                partition by meetmoment_code, record_key order by precedence, row_number
                rows between 1 following and unbounded following
            )
        ) as known_to
    from placed
);

create table project_version as from versions_of('read_project');

create table status_version as from versions_of('read_status');

create table milestone_version as from versions_of('read_milestone');

create table finance_version as from versions_of('read_finance');

create table project as
select read_project.*
from read_project
inner join project_version using (submission_id, sheet, row_number)
where project_version.known_to is null;

-- Every milestone that a return lists, beside the same one at the meetmoment before.
create table milestone_listed as
with listed as (
    select
        received.*,
        project.speerpunt_code,
        project.cluster_code,
        project.is_one_off,
        codes.group_code as status_group
    from read_milestone as received
    inner join milestone_version using (submission_id, sheet, row_number, meetmoment_code)
    inner join project using (meetmoment_code, project_code)
    left join warehouse.registry.code as codes on codes.code_list = 'milestone_status' and received.status = codes.code
    where milestone_version.known_to is null
),

before as (
    select
        meetmoment_number,
        lag(meetmoment_number) over (order by meetmoment_number) as previous_number
    from (select distinct meetmoment_number from listed)
)

select
    listed.*,
    coalesce(
        listed.planned_date < listed.cutoff_date and listed.status_group in ('future', 'on_schedule', 'delayed'), false
    ) as is_overdue,
    case when is_overdue then date_diff('day', listed.planned_date, listed.cutoff_date) end as days_overdue,
    case
        when earlier.record_key is null then case when before.previous_number is null then 'first' else 'new' end
        when earlier.planned_date <> listed.planned_date then 'moved'
        else 'kept'
    end as change_since_previous
from listed
inner join before using (meetmoment_number)
left join listed as earlier
    on before.previous_number = earlier.meetmoment_number and listed.record_key = earlier.record_key;

create table milestone as
select
    meetmoment_code,
    project_code,
    speerpunt_code,
    cluster_code,
    milestone_code,
    description,
    owner,
    planned_date,
    planned_date_state,
    planned_date_reason,
    status,
    status_state,
    status_reason,
    status_group,
    actual_date,
    actual_date_state,
    actual_date_reason,
    replaced_by,
    is_overdue,
    days_overdue,
    change_since_previous,
    explanation,
    submission_id,
    sheet,
    row_number
from milestone_listed
inner join warehouse.registry.meetmoment using (meetmoment_code)
where status_group is distinct from 'dropped' and (meetmoment.monitored_scope = 'all' or is_one_off);

-- How far the planned day moved, since the meetmoment before and in all.
create table forecast as
with moves as (
    select
        *,
        first_value(planned_date) over earlier as original_planned_date,
        date_diff('day', lag(planned_date) over earlier, planned_date) as days_moved_since_previous,
        date_diff('day', original_planned_date, planned_date) as days_moved_in_all
    from milestone_listed
    window earlier as (partition by record_key order by meetmoment_number)
)

select
    meetmoment_code,
    project_code,
    milestone_code,
    status_group,
    is_overdue,
    days_overdue,
    original_planned_date,
    days_moved_since_previous,
    days_moved_in_all,
    count(*) filter (where days_moved_since_previous <> 0) over (
        partition by record_key order by meetmoment_number
    ) as move_count
from moves;

-- The amounts that hold, side by side.
create table amount as
select
    meetmoment_code,
    project_code,
    execution,
    max(amount_eur) filter (where measure = 'budget') as budget_current_eur,
    max(amount_eur) filter (where measure = 'committed') as committed_eur,
    max(amount_eur_state) filter (where measure = 'committed') as committed_state,
    max(amount_eur) filter (where measure = 'paid') as paid_eur,
    max(amount_eur_state) filter (where measure = 'paid') as paid_state
from read_finance
inner join finance_version using (submission_id, sheet, row_number, meetmoment_code, record_key)
where finance_version.known_to is null
group by meetmoment_code, project_code, execution;

create table finance as
with executions as (
    select distinct meetmoment_code, execution from amount
),

transferred as (
    select
        project.meetmoment_code,
        project.project_code,
        sum(read_transfer.amount_eur) as budget_transfer_eur
    from project
    inner join read_transfer
        on project.project_code = read_transfer.project_code and project.cutoff_date >= read_transfer.decision_date
    group by project.meetmoment_code, project.project_code
)

select
    meetmoment_code,
    project_code,
    project.speerpunt_code,
    project.cluster_code,
    execution,
    project.budget_initial_eur,
    coalesce(transferred.budget_transfer_eur, 0) as budget_transfer_eur,
    amount.budget_current_eur,
    amount.budget_current_eur - project.budget_initial_eur - coalesce(transferred.budget_transfer_eur, 0)
        as budget_difference_eur,
    amount.committed_eur,
    coalesce(amount.committed_state, 'not_reported') as committed_state,
    amount.paid_eur,
    coalesce(amount.paid_state, 'not_reported') as paid_state,
    amount.committed_eur - amount.paid_eur as encours_eur,
    cast(round(100.0 * amount.committed_eur / nullif(project.budget_initial_eur, 0), 4) as decimal(28, 4))
        as committed_of_initial_pct,
    cast(round(100.0 * amount.paid_eur / nullif(project.budget_initial_eur, 0), 4) as decimal(28, 4))
        as paid_of_initial_pct
from project
inner join executions using (meetmoment_code)
inner join warehouse.registry.meetmoment using (meetmoment_code)
left join amount using (meetmoment_code, project_code, execution)
left join transferred using (meetmoment_code, project_code)
where
    execution = meetmoment.headline_execution
    and (meetmoment.money_scope = 'all' or project.is_one_off);

-- What the rules of the status ask of each project; a final amount goes before a provisional one.
create table status_fact as
with milestones as (
    select
        meetmoment_code,
        project_code,
        count(*) filter (where status_group is distinct from 'dropped') as milestone_count,
        count(*) filter (where coalesce(status_group, '') not in ('dropped', 'realised')) as open_count,
        count(*) filter (where status_group in ('on_schedule', 'delayed', 'realised')) as started_count,
        count(*) filter (where status_group = 'realised') as realised_count,
        round(100 * count(*) filter (where status_group = 'dropped') / count(*), 2) as dropped_pct,
        round(100 * count(*) filter (where status_group = 'delayed') / nullif(milestone_count, 0), 2) as delayed_pct,
        count(*) filter (where is_overdue) as overdue_count,
        max(days_overdue) as most_days_overdue,
        max(days_moved_in_all) filter (where coalesce(status_group, '') not in ('dropped', 'realised'))
            as most_days_moved
    from forecast
    group by meetmoment_code, project_code
),

known as (
    select
        meetmoment_code,
        project_code,
        arg_min(budget_current_eur, execution) as budget_eur,
        arg_min(committed_eur, execution) as committed_eur,
        arg_min(paid_eur, execution) as paid_eur
    from amount
    group by meetmoment_code, project_code
)

select
    meetmoment_code,
    project_code,
    coalesce(milestone_count, 0) as milestone_count,
    coalesce(open_count, 0) as open_count,
    coalesce(started_count, 0) as started_count,
    coalesce(realised_count, 0) as realised_count,
    dropped_pct,
    delayed_pct,
    coalesce(overdue_count, 0) as overdue_count,
    coalesce(most_days_overdue, 0) as most_days_overdue,
    coalesce(most_days_moved, 0) as most_days_moved,
    known.committed_eur,
    known.paid_eur,
    round(100 * known.committed_eur / nullif(known.budget_eur, 0), 2) as committed_pct,
    date_diff('day', project.start_date, project.cutoff_date) as days_since_start,
    date_diff('day', project.end_date, project.cutoff_date) as days_past_end
from project
left join milestones using (meetmoment_code, project_code)
left join known using (meetmoment_code, project_code);

-- The status as reported, beside the one that the first rule that holds gives.
create table status as
with computed as (
    select
        *,
        case
            when open_count = 0 and dropped_pct >= 40 then 'stopped'
            when open_count = 0 and realised_count >= 1 then 'realised'
            when started_count = 0 and committed_eur = 0 then 'not_started'
            when most_days_overdue > 365 then 'action_overdue_long'
            when overdue_count >= 3 then 'action_overdue_many'
            when delayed_pct >= 50 then 'action_delayed'
            when days_past_end > 182 and open_count >= 1 then 'action_past_end'
            when most_days_overdue > 90 then 'attention_overdue_long'
            when overdue_count >= 2 then 'attention_overdue_many'
            when delayed_pct >= 25 then 'attention_delayed'
            when days_past_end > 0 and open_count >= 1 then 'attention_past_end'
            when days_since_start > 365 and committed_eur = 0 then 'attention_no_money'
            when started_count >= 1 then 'on_schedule'
            when milestone_count >= 1 and committed_eur > 0 then 'on_schedule_money'
        end as computed_by_rule,
        regexp_extract(computed_by_rule, '^(stopped|realised|not_started|action|attention|on_schedule)')
            as computed_status_group
    from status_fact
),

reported as (
    select
        received.*,
        codes.group_code as status_group
    from read_status as received
    inner join status_version using (submission_id, sheet, row_number)
    left join warehouse.registry.code as codes on codes.code_list = 'project_status' and received.status = codes.code
    where status_version.known_to is null
)

select
    meetmoment_code,
    project_code,
    project.speerpunt_code,
    project.cluster_code,
    reported.status,
    reported.status_state,
    reported.status_reason,
    reported.status_group,
    reported.vr_document,
    reported.explanation,
    reported.explanation is not null as has_explanation,
    computed.computed_status_group,
    computed.computed_by_rule,
    case when reported.status_group = computed.computed_status_group then 'same' else 'differs' end as comparison,
    case reported.status_group
        when 'on_schedule' then
            coalesce(cast(overdue_count >= 1 as integer), 0)
            + coalesce(cast(most_days_moved > 1095 as integer), 0)
            + coalesce(cast(days_since_start > 547 and paid_eur = 0 as integer), 0)
        when 'realised' then
            coalesce(cast(open_count >= 1 as integer), 0) + coalesce(cast(committed_pct < 50 as integer), 0)
        when 'not_started' then coalesce(cast(paid_eur > 0 as integer), 0)
        else 0
    end as contradiction_count,
    reported.submission_id,
    reported.sheet,
    reported.row_number
from reported
inner join project using (meetmoment_code, project_code)
inner join computed using (meetmoment_code, project_code)
inner join warehouse.registry.meetmoment using (meetmoment_code)
where meetmoment.monitored_scope = 'all' or project.is_one_off;

-- What the report adds up: per meetmoment and cluster, speerpunt and plan.
create table total as
select
    meetmoment_code,
    speerpunt_code,
    cluster_code,
    count(*) as projects,
    sum(budget_initial_eur) as budget_initial_eur,
    sum(committed_eur) as committed_eur,
    sum(paid_eur) as paid_eur
from finance
group by meetmoment_code, rollup (speerpunt_code, cluster_code);

create table counted as
select
    meetmoment_code,
    status,
    count(*) as milestones
from milestone
group by meetmoment_code, status;

create table version as
select 'project' as record, * from project_version
union all
select 'project_status', * from status_version
union all
select 'milestone', * from milestone_version
union all
select 'finance', * from finance_version;
