-- One row per two rows of a record that are compared over meetmomenten as now known, and per row that came or went.
with

known as (

    select * from {{ ref('int_record_version') }}

),

versions as (

    select * from known where is_current

),

-- Where a meetmoment was not delivered there is nothing to compare with: the one before it is.
meetmomenten as (

    select
        meetmoment_code,
        previous_delivered_meetmoment_code as previous_meetmoment_code
    from {{ ref('int_calendar') }}
    where is_delivered

),

moment_lists as (

    select * from {{ ref('int_moment_list') }}

),

-- It was returned, in a row that does not count: it did not go there, and did not come after it.
set_apart as (

    select * from {{ ref('int_row_not_counted') }}

),

-- A record of one moment only, such as a decision, does not move.
compared as (

    select
        record.record,
        coalesce(record_change.is_compared_over_meetmomenten, true) as is_compared,
        coalesce(record_change.is_presence_compared, true) as is_presence_compared
    from {{ ref('record') }} as record
    left join {{ ref('record_change') }} as record_change using (record)

),

-- Since when its sender (or any sender, which is the empty one) has returned this type of record without a gap.
spans as (

    select distinct
        record,
        meetmoment_code,
        sender_code,
        known_from,
        coalesce(known_to, cast('9999-12-31' as timestamp)) as known_to
    from known
    union
    select distinct
        record,
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
            partition by record, meetmoment_code, sender_code
            order by known_from, known_to
            rows between unbounded preceding and 1 preceding
        ) as known_before_to
    from spans

),

delivered as (

    select
        record,
        meetmoment_code,
        sender_code,
        max(case when known_before_to is null or known_before_to < known_from then known_from end) as delivered_since
    from joined_spans
    group by record, meetmoment_code, sender_code
    having max(known_to) = cast('9999-12-31' as timestamp)

),

-- What was returned for a meetmoment and is there no more.
ended as (

    select
        record,
        meetmoment_code,
        record_key,
        max(known_to) as ended_at
    from known
    where not is_current
    group by record, meetmoment_code, record_key

),

pairs as (

    select
        versions.record,
        versions.row_id,
        before.row_id as previous_row_id,
        versions.content <> before.content as is_other,
        greatest(versions.present_since, before.present_since) as changed_at
    from versions
    inner join compared on versions.record = compared.record and compared.is_compared
    inner join meetmomenten using (meetmoment_code)
    inner join versions as before
        on versions.record = before.record
        and versions.record_key = before.record_key
        and meetmomenten.previous_meetmoment_code = before.meetmoment_code

),

-- Rows whose contents are one and the same differ in nothing.
differing as (

    select
        record,
        row_id,
        previous_row_id,
        changed_at,
        'value' as difference
    from pairs
    where is_other

),

sides as (

    select row_id from differing
    union
    select previous_row_id as row_id from differing

),

-- What a version that moved said before, while its key was there: one that was sent again with the same value changed
-- nothing.
earlier as (

    select
        versions.record,
        versions.row_id,
        earlier.row_id as previous_row_id,
        earlier.known_to as changed_at,
        'earlier' as difference
    from sides
    inner join versions
        on sides.row_id = versions.row_id
        and versions.present_since < versions.known_from
    inner join known as earlier
        on versions.record = earlier.record
        and versions.meetmoment_code = earlier.meetmoment_code
        and versions.record_key = earlier.record_key
        and versions.present_since <= earlier.known_from
        and versions.known_from > earlier.known_from
    where versions.content <> earlier.content

),

-- New is what the previous meetmoment lacks, where it had records of this type at all.
added as (

    select
        versions.record,
        versions.row_id,
        null as previous_row_id,
        greatest(versions.present_since, delivered.delivered_since, ended.ended_at) as changed_at,
        'added' as difference
    from versions
    inner join compared on versions.record = compared.record and compared.is_compared and compared.is_presence_compared
    inner join meetmomenten using (meetmoment_code)
    inner join delivered
        on versions.record = delivered.record
        and meetmomenten.previous_meetmoment_code = delivered.meetmoment_code
        and delivered.sender_code is null
    left join ended
        on versions.record = ended.record
        and versions.record_key = ended.record_key
        and meetmomenten.previous_meetmoment_code = ended.meetmoment_code
    left join moment_lists
        on versions.submission_id = moment_lists.submission_id
        and versions.sheet = moment_lists.sheet
    left join set_apart
        on versions.record = set_apart.record
        and versions.record_key = set_apart.record_key
        and meetmomenten.previous_meetmoment_code = set_apart.meetmoment_code
    where
        moment_lists.submission_id is null
        and set_apart.row_id is null
        and not exists (
            select 1 from pairs
            where pairs.row_id = versions.row_id
        )

),

-- Gone is what the same sender returned before and, having returned again, returns no more.
dropped as (

    select
        versions.record,
        null as row_id,
        versions.row_id as previous_row_id,
        greatest(versions.present_since, delivered.delivered_since, ended.ended_at) as changed_at,
        'dropped' as difference
    from versions
    inner join compared on versions.record = compared.record and compared.is_compared and compared.is_presence_compared
    inner join meetmomenten on versions.meetmoment_code = meetmomenten.previous_meetmoment_code
    inner join delivered
        on versions.record = delivered.record
        and meetmomenten.meetmoment_code = delivered.meetmoment_code
        and versions.sender_code = delivered.sender_code
    left join versions as after
        on versions.record = after.record
        and versions.record_key = after.record_key
        and meetmomenten.meetmoment_code = after.meetmoment_code
    left join ended
        on versions.record = ended.record
        and versions.record_key = ended.record_key
        and meetmomenten.meetmoment_code = ended.meetmoment_code
    left join moment_lists
        on versions.submission_id = moment_lists.submission_id
        and versions.sheet = moment_lists.sheet
    left join set_apart
        on versions.record = set_apart.record
        and versions.record_key = set_apart.record_key
        and meetmomenten.meetmoment_code = set_apart.meetmoment_code
    where after.row_id is null and moment_lists.submission_id is null and set_apart.row_id is null

),

final as (

    select * from differing
    union all
    select * from earlier
    union all
    select * from added
    union all
    select * from dropped

)

select * from final
