-- One row per fact, or record that came or went, that a later return of the same meetmoment states otherwise.
with

versions as (

    select * from {{ ref('int_record_version') }}

),

facts as (

    select * from {{ ref('int_fact_version') }}

),

-- What a row says, however often it held: a withdrawal of what came after it lets it hold once more.
stated_facts as (

    select distinct
        row_id,
        field,
        value,
        position
    from facts
    where value is not null and field <> 'explanation'

),

contents as (

    select
        row_id,
        string_agg(field || '=' || value, '; ' order by position) as content
    from stated_facts
    group by row_id

),

stated as (

    select distinct
        row_id,
        record,
        plan_code,
        meetmoment_code,
        record_key,
        project_code,
        explanation,
        submission_id,
        sheet,
        row_number,
        warning_count
    from versions

),

changed as (

    select
        after.row_id,
        before.row_id as previous_row_id,
        after.known_from as changed_at,
        after.field,
        after.type,
        'value' as difference,
        before.value as old_value,
        after.value as new_value,
        before.value_state as old_state,
        after.value_state as new_state
    from facts as after
    inner join facts as before
        on after.previous_row_id = before.row_id
        and after.known_from = before.known_to
        and after.field = before.field
    where {{ is_other_value('before', 'after') }}

),

added as (

    select
        versions.row_id,
        null as previous_row_id,
        versions.known_from as changed_at,
        null as field,
        null as type,
        'added' as difference,
        null as old_value,
        contents.content as new_value,
        null as old_state,
        null as new_state
    from versions
    left join contents on versions.row_id = contents.row_id
    where
        versions.previous_known_to is distinct from versions.known_from
        and versions.known_from > versions.group_known_from

),

dropped as (

    select
        null as row_id,
        versions.row_id as previous_row_id,
        versions.known_to as changed_at,
        null as field,
        null as type,
        'dropped' as difference,
        contents.content as old_value,
        null as new_value,
        null as old_state,
        null as new_state
    from versions
    left join contents on versions.row_id = contents.row_id
    where
        versions.known_to is not null
        and versions.next_known_from is distinct from versions.known_to

),

money as (

    select * from {{ ref('int_finance_version') }} where known_to is null or known_to > known_from

),

-- The amount of the closed accounts restates the provisional one that was known when it came.
made_final as (

    select
        closed.row_id,
        provisional.row_id as previous_row_id,
        closed.known_from as changed_at,
        'amount_eur' as field,
        'amount' as type,
        'made_final' as difference,
        cast(provisional.amount_eur as varchar) as old_value,
        cast(closed.amount_eur as varchar) as new_value,
        provisional.amount_eur_state as old_state,
        closed.amount_eur_state as new_state
    from money as closed
    inner join versions
        on closed.row_id = versions.row_id
        and closed.known_from = versions.known_from
        and versions.previous_row_id is null
    inner join money as provisional
        on closed.plan_code = provisional.plan_code
        and closed.meetmoment_code = provisional.meetmoment_code
        and closed.project_code = provisional.project_code
        and closed.measure = provisional.measure
        and provisional.execution = 'provisional'
        and closed.known_from >= provisional.known_from
        and (closed.known_from < provisional.known_to or provisional.known_to is null)
    where
        closed.execution = 'final'
        and closed.amount_eur is distinct from provisional.amount_eur

),

differences as (

    select * from changed
    union all
    select * from added
    union all
    select * from dropped
    union all
    select * from made_final

),

final as (

    select
        about.record,
        about.plan_code,
        about.meetmoment_code,
        about.meetmoment_code as previous_meetmoment_code,
        about.record_key,
        about.project_code,
        differences.*,
        after.explanation,
        before.submission_id as old_submission_id,
        before.sheet as old_sheet,
        before.row_number as old_row_number,
        after.submission_id,
        after.sheet,
        after.row_number,
        about.warning_count
    from differences
    inner join stated as about on coalesce(differences.row_id, differences.previous_row_id) = about.row_id
    left join stated as after on differences.row_id = after.row_id
    left join stated as before on differences.previous_row_id = before.row_id

)

select * from final
