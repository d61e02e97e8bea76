-- One row per fact, or record that came or went, that differs from the meetmoment before, as now known.
with

versions as (

    select * from {{ ref('int_record_version') }} where is_current

),

facts as (

    select * from {{ ref('int_fact_version') }} where is_current

),

contents as (

    select
        row_id,
        string_agg(field || '=' || value, '; ' order by position) as content
    from facts
    where value is not null and field <> 'explanation'
    group by row_id

),

meetmomenten as (

    select
        plan_code,
        meetmoment_code,
        lag(meetmoment_code) over (partition by plan_code order by meetmoment_number) as previous_meetmoment_code
    from {{ ref('meetmoment') }}

),

-- A record of one moment only, such as a decision, does not move.
compared as (

    select
        record.record,
        coalesce(record_change.is_compared_over_meetmomenten, true) as is_compared,
        coalesce(record_change.is_presence_compared, true) as is_presence_compared
    from {{ ref('record') }} as record
    left join {{ ref('record_change') }} as record_change on record.record = record_change.record

),

delivered as (

    select
        record,
        plan_code,
        meetmoment_code,
        sender_code,
        max(known_from) as last_known_from
    from versions
    group by record, plan_code, meetmoment_code, sender_code

),

pairs as (

    select
        versions.row_id,
        before.row_id as previous_row_id,
        greatest(versions.known_from, before.known_from) as changed_at
    from versions
    inner join compared on versions.record = compared.record and compared.is_compared
    inner join meetmomenten
        on versions.plan_code = meetmomenten.plan_code
        and versions.meetmoment_code = meetmomenten.meetmoment_code
    inner join versions as before
        on versions.record = before.record
        and versions.plan_code = before.plan_code
        and versions.record_key = before.record_key
        and meetmomenten.previous_meetmoment_code = before.meetmoment_code

),

-- An explanation is about its own meetmoment.
changed as (

    select
        pairs.row_id,
        pairs.previous_row_id,
        pairs.changed_at,
        after.field,
        after.type,
        'value' as difference,
        before.value as old_value,
        after.value as new_value,
        before.value_state as old_state,
        after.value_state as new_state
    from pairs
    inner join facts as after on pairs.row_id = after.row_id
    inner join facts as before
        on pairs.previous_row_id = before.row_id
        and after.field = before.field
    where
        after.field <> 'explanation'
        and {{ is_other_value('before', 'after') }}

),

-- New is what the previous meetmoment lacks, where it had records of this type at all.
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
    inner join compared on versions.record = compared.record and compared.is_compared and compared.is_presence_compared
    inner join meetmomenten
        on versions.plan_code = meetmomenten.plan_code
        and versions.meetmoment_code = meetmomenten.meetmoment_code
    left join contents on versions.row_id = contents.row_id
    where
        not exists (
            select 1 from pairs
            where pairs.row_id = versions.row_id
        )
        and exists (
            select 1 from delivered
            where
                delivered.record = versions.record
                and delivered.plan_code = versions.plan_code
                and delivered.meetmoment_code = meetmomenten.previous_meetmoment_code
        )

),

-- Gone is what the same sender returned before and, having returned again, returns no more.
dropped as (

    select
        null as row_id,
        versions.row_id as previous_row_id,
        greatest(delivered.last_known_from, versions.known_from) as changed_at,
        null as field,
        null as type,
        'dropped' as difference,
        contents.content as old_value,
        null as new_value,
        null as old_state,
        null as new_state
    from versions
    inner join compared on versions.record = compared.record and compared.is_compared and compared.is_presence_compared
    inner join meetmomenten
        on versions.plan_code = meetmomenten.plan_code
        and versions.meetmoment_code = meetmomenten.previous_meetmoment_code
    inner join delivered
        on versions.record = delivered.record
        and versions.plan_code = delivered.plan_code
        and meetmomenten.meetmoment_code = delivered.meetmoment_code
        and versions.sender_code = delivered.sender_code
    left join versions as after
        on versions.record = after.record
        and versions.plan_code = after.plan_code
        and versions.record_key = after.record_key
        and meetmomenten.meetmoment_code = after.meetmoment_code
    left join contents on versions.row_id = contents.row_id
    where after.row_id is null

),

differences as (

    select * from changed
    union all
    select * from added
    union all
    select * from dropped

),

final as (

    select
        stated.record,
        stated.plan_code,
        coalesce(after.meetmoment_code, meetmomenten.meetmoment_code) as meetmoment_code,
        coalesce(before.meetmoment_code, earlier.previous_meetmoment_code) as previous_meetmoment_code,
        stated.record_key,
        stated.project_code,
        differences.*,
        after.explanation,
        before.submission_id as old_submission_id,
        before.sheet as old_sheet,
        before.row_number as old_row_number,
        after.submission_id,
        after.sheet,
        after.row_number
    from differences
    inner join versions as stated on coalesce(differences.row_id, differences.previous_row_id) = stated.row_id
    left join versions as after on differences.row_id = after.row_id
    left join versions as before on differences.previous_row_id = before.row_id
    left join meetmomenten
        on before.plan_code = meetmomenten.plan_code
        and before.meetmoment_code = meetmomenten.previous_meetmoment_code
    left join meetmomenten as earlier
        on after.plan_code = earlier.plan_code
        and after.meetmoment_code = earlier.meetmoment_code

)

select * from final
