-- One row per meetmoment, project and event: added, returned, renamed, moved, stopped, gone, merged, split or recoded.
with

changes as (

    select * from {{ ref('int_change') }}
    where comparison = 'movement' and (record = 'project' or kind = 'stopped')

),

projects as (

    select * from {{ with_warnings('int_project') }}

),

register as (

    select * from {{ ref('int_registered_event') }}

),

calendar as (

    select * from {{ ref('int_calendar') }}

),

delivered as (

    select * from calendar where is_delivered

),

-- Nothing stands before the first meetmoment of the calendar. At a later one a project is new where it can be compared.
first_seen as (

    select
        project_code,
        meetmoment_code,
        'added' as event_type
    from projects
    where meetmoment_code in (select meetmoment_code from calendar where previous_meetmoment_code is null)
    union
    select
        project_code,
        meetmoment_code,
        kind as event_type
    from changes
    where kind in ('added', 'returned') and record = 'project'

),

-- What a project that comes back was called when it was last there: its code may have been another one's.
called_before as (

    select
        first_seen.project_code,
        first_seen.meetmoment_code,
        max_by(before.title, before.meetmoment_number) as title
    from first_seen
    inner join calendar using (meetmoment_code)
    inner join projects as before
        on first_seen.project_code = before.project_code
        and calendar.meetmoment_number > before.meetmoment_number
    where first_seen.event_type = 'returned'
    group by first_seen.project_code, first_seen.meetmoment_code

),

-- Of a project that is gone the name it last had stands here, not all that its record said.
stated as (

    select
        changes.* replace (
            case when changes.field is null then projects.title else changes.old_value end as old_value
        )
    from changes
    left join projects
        on changes.previous_meetmoment_code = projects.meetmoment_code
        and changes.project_code = projects.project_code
    where changes.kind in ('renamed', 'moved_cluster', 'moved_ministry', 'stopped', 'dropped', 'merged', 'split')

),

-- A move may show in a code and in its name; together they are one event, and one row states them.
seen as (

    select
        meetmoment_code,
        project_code,
        kind as event_type,
        string_agg(distinct old_value, '; ' order by old_value) as old_value,
        string_agg(distinct new_value, '; ' order by new_value) as new_value,
        max(related_projects) as related_projects,
        bool_or(is_in_register) as is_in_register,
        max(register_reason_nl) as register_reason_nl,
        max(register_reason_en) as register_reason_en,
        max(register_reference) as reference,
        max(case when kind = 'stopped' then explanation end) as explanation,
        max(coalesce(submission_id, old_submission_id)) as submission_id,
        max(coalesce(sheet, old_sheet)) as sheet,
        max(coalesce(row_number, old_row_number)) as row_number,
        max(warning_count) as warning_count
    from stated
    group by meetmoment_code, project_code, kind
    union all
    select
        first_seen.meetmoment_code,
        first_seen.project_code,
        first_seen.event_type,
        called_before.title as old_value,
        projects.title as new_value,
        null as related_projects,
        register.event_type is not null as is_in_register,
        register.reason_nl as register_reason_nl,
        register.reason_en as register_reason_en,
        register.reference,
        null as explanation,
        projects.submission_id,
        projects.sheet,
        projects.row_number,
        projects.warning_count
    from first_seen
    inner join projects using (meetmoment_code, project_code)
    left join called_before using (meetmoment_code, project_code)
    left join register
        on first_seen.meetmoment_code = register.meetmoment_code
        and first_seen.project_code = register.project_code
        and register.event_type = 'added'

),

-- What the register says of a delivered meetmoment and the returns do not show stands here too. Of a project that comes
-- back the register says that it was added.
unseen as (

    select register.*
    from register
    inner join delivered using (meetmoment_code)
    left join seen
        on register.meetmoment_code = seen.meetmoment_code
        and register.project_code = seen.project_code
        and register.event_type = case seen.event_type when 'returned' then 'added' else seen.event_type end
    where seen.project_code is null

),

events as (

    select
        *,
        true as is_in_returns
    from seen
    union all by name
    select
        meetmoment_code,
        project_code,
        event_type,
        related_projects,
        true as is_in_register,
        reason_nl as register_reason_nl,
        reason_en as register_reason_en,
        reference,
        false as is_in_returns
    from unseen

),

starts as (

    select min_by(meetmoment_code, meetmoment_number) as meetmoment_code
    from projects

),

reasoned as (

    select
        events.*,
        case
            when events.register_reason_nl is not null then 'register'
            when events.explanation is not null then 'return'
            when events.event_type = 'added' and starts.meetmoment_code is not null then 'start'
            else 'not_given'
        end as reason_source
    from events
    left join starts using (meetmoment_code)

),

final as (

    select
        meetmoment_code,
        project_code,
        event_type,
        old_value,
        new_value,
        related_projects,
        case reason_source
            when 'start' then 'vanaf het eerste meetmoment'
            when 'not_given' then 'geen reden opgegeven'
            else coalesce(register_reason_nl, explanation)
        end as reason_nl,
        case reason_source
            when 'start' then 'from the first meetmoment on'
            when 'not_given' then 'no reason given'
            else coalesce(register_reason_en, explanation)
        end as reason_en,
        reason_source,
        reference,
        is_in_register,
        is_in_returns,
        submission_id,
        sheet,
        row_number,
        warning_count
    from reasoned

)

select * from final
