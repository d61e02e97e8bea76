-- One row per two rows of a record that held one after the other for a meetmoment, and per row that came or went.
with

versions as (

    select * from {{ ref('int_record_version') }}

),

-- Rows whose contents are one and the same differ in nothing.
differing as (

    select
        record,
        row_id,
        previous_row_id,
        known_from as changed_at,
        'value' as difference
    from versions
    where
        previous_known_to = known_from
        and previous_content <> content

),

added as (

    select
        record,
        row_id,
        null as previous_row_id,
        known_from as changed_at,
        'added' as difference
    from versions
    where
        previous_known_to is distinct from known_from
        and known_from > group_known_from

),

dropped as (

    select
        record,
        null as row_id,
        row_id as previous_row_id,
        known_to as changed_at,
        'dropped' as difference
    from versions
    where
        known_to is not null
        and next_known_from is distinct from known_to

),

final as (

    select * from differing
    union all
    select * from added
    union all
    select * from dropped

)

select * from final
