-- One row per fact, or record that came or went, that differs from the meetmoment before, as now known.
with

known as (

    select * from {{ ref('int_record_version') }}

),

versions as (

    select * from known where is_current

),

known_facts as (

    select * from {{ ref('int_fact_version') }}

),

facts as (

    select * from known_facts where is_current

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

-- Since when its sender (or any sender, which is the empty one) has returned this type of record without a gap.
spans as (

    select distinct
        record,
        plan_code,
        meetmoment_code,
        sender_code,
        known_from,
        coalesce(known_to, cast('9999-12-31' as timestamp)) as known_to
    from known
    union
    select distinct
        record,
        plan_code,
        meetmoment_code,
        null as sender_code,
        known_from,
        coalesce(known_to, cast('9999-12-31' as timestamp)) as known_to
    from known

),

joined_spans as (

    select
        *,
        max(known_to) over (
            partition by record, plan_code, meetmoment_code, sender_code
            order by known_from, known_to
            rows between unbounded preceding and 1 preceding
        ) as known_before_to
    from spans

),

delivered as (

    select
        record,
        plan_code,
        meetmoment_code,
        sender_code,
        max(case when known_before_to is null or known_before_to < known_from then known_from end) as delivered_since
    from joined_spans
    group by record, plan_code, meetmoment_code, sender_code
    having max(known_to) = cast('9999-12-31' as timestamp)

),

-- What was returned for a meetmoment and is there no more.
ended as (

    select
        record,
        plan_code,
        meetmoment_code,
        record_key,
        max(known_to) as ended_at
    from known
    where not is_current
    group by record, plan_code, meetmoment_code, record_key

),

pairs as (

    select
        versions.row_id,
        before.row_id as previous_row_id
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
moved as (

    select
        pairs.row_id,
        pairs.previous_row_id,
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

sides as (

    select
        row_id,
        field,
        type,
        new_value as value,
        new_state as value_state
    from moved
    union
    select
        previous_row_id as row_id,
        field,
        type,
        old_value as value,
        old_state as value_state
    from moved

),

-- Until when a version said otherwise: one that was sent again with the same value changed nothing.
otherwise as (

    select
        sides.row_id,
        sides.field,
        max(earlier.known_to) as until
    from sides
    inner join versions
        on sides.row_id = versions.row_id
        and versions.present_since < versions.known_from
    inner join known as earlier
        on versions.record = earlier.record
        and versions.plan_code = earlier.plan_code
        and versions.meetmoment_code = earlier.meetmoment_code
        and versions.record_key = earlier.record_key
        and versions.present_since <= earlier.known_from
        and versions.known_from > earlier.known_from
    left join known_facts as said
        on earlier.row_id = said.row_id
        and earlier.known_from = said.known_from
        and sides.field = said.field
    where {{ is_other_value('said', 'sides') }}
    group by sides.row_id, sides.field

),

-- A movement dates from the moment since which both values have held.
changed as (

    select
        moved.row_id,
        moved.previous_row_id,
        greatest(versions.present_since, before.present_since, new_side.until, old_side.until) as changed_at,
        moved.field,
        moved.type,
        moved.difference,
        moved.old_value,
        moved.new_value,
        moved.old_state,
        moved.new_state
    from moved
    inner join versions on moved.row_id = versions.row_id
    inner join versions as before on moved.previous_row_id = before.row_id
    left join otherwise as new_side
        on moved.row_id = new_side.row_id
        and moved.field = new_side.field
    left join otherwise as old_side
        on moved.previous_row_id = old_side.row_id
        and moved.field = old_side.field

),

-- New is what the previous meetmoment lacks, where it had records of this type at all.
added as (

    select
        versions.row_id,
        null as previous_row_id,
        greatest(versions.present_since, delivered.delivered_since, ended.ended_at) as changed_at,
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
    inner join delivered
        on versions.record = delivered.record
        and versions.plan_code = delivered.plan_code
        and meetmomenten.previous_meetmoment_code = delivered.meetmoment_code
        and delivered.sender_code is null
    left join ended
        on versions.record = ended.record
        and versions.plan_code = ended.plan_code
        and versions.record_key = ended.record_key
        and meetmomenten.previous_meetmoment_code = ended.meetmoment_code
    left join contents on versions.row_id = contents.row_id
    where
        not exists (
            select 1 from pairs
            where pairs.row_id = versions.row_id
        )

),

-- Gone is what the same sender returned before and, having returned again, returns no more.
dropped as (

    select
        null as row_id,
        versions.row_id as previous_row_id,
        greatest(versions.present_since, delivered.delivered_since, ended.ended_at) as changed_at,
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
    left join ended
        on versions.record = ended.record
        and versions.plan_code = ended.plan_code
        and versions.record_key = ended.record_key
        and meetmomenten.meetmoment_code = ended.meetmoment_code
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
        after.row_number,
        stated.warning_count
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
