-- One row per fact, or record that came or went, that differs from the meetmoment before, as now known.
with

versions as (

    select * from {{ ref('int_record_version') }} where is_current

),

pairs as (

    select * from {{ ref('int_movement_pair') }}

),

field_differences as (

    select * from {{ ref('int_field_difference') }}

),

meetmomenten as (

    select
        meetmoment_code,
        previous_delivered_meetmoment_code as previous_meetmoment_code
    from {{ ref('int_calendar') }}
    where is_delivered

),

-- An explanation is about its own meetmoment.
moved as (

    select
        pairs.row_id,
        pairs.previous_row_id,
        pairs.changed_at,
        field_differences.* exclude (record, row_id, previous_row_id)
    from pairs
    inner join field_differences using (row_id, previous_row_id)
    where
        pairs.difference = 'value'
        and field_differences.field <> 'explanation'
        and field_differences.old_state is not null
        and field_differences.new_state is not null

),

sides as (

    select
        row_id,
        field
    from moved
    union
    select
        previous_row_id as row_id,
        field
    from moved

),

-- Until when a version said otherwise: one that was sent again with the same value changed nothing.
otherwise as (

    select
        sides.row_id,
        sides.field,
        max(pairs.changed_at) as until
    from sides
    inner join pairs
        on sides.row_id = pairs.row_id
        and pairs.difference = 'earlier'
    inner join field_differences
        on pairs.row_id = field_differences.row_id
        and pairs.previous_row_id = field_differences.previous_row_id
        and sides.field = field_differences.field
    group by sides.row_id, sides.field

),

-- A movement dates from the moment since which both values have held.
changed as (

    select
        moved.row_id,
        moved.previous_row_id,
        greatest(moved.changed_at, new_side.until, old_side.until) as changed_at,
        moved.field,
        moved.type,
        'value' as difference,
        moved.old_value,
        moved.new_value,
        moved.old_state,
        moved.new_state
    from moved
    left join otherwise as new_side using (row_id, field)
    left join otherwise as old_side
        on moved.previous_row_id = old_side.row_id
        and moved.field = old_side.field

),

came_or_went as (

    select
        pairs.row_id,
        pairs.previous_row_id,
        pairs.changed_at,
        null as field,
        null as type,
        pairs.difference,
        field_differences.old_value,
        field_differences.new_value,
        null as old_state,
        null as new_state
    from pairs
    inner join field_differences
        on coalesce(pairs.row_id, '') = coalesce(field_differences.row_id, '')
        and coalesce(pairs.previous_row_id, '') = coalesce(field_differences.previous_row_id, '')
    where pairs.difference in ('added', 'dropped')

),

differences as (

    select * from changed
    union all
    select * from came_or_went

),

final as (

    select
        stated.record,
        coalesce(after.meetmoment_code, meetmomenten.meetmoment_code) as meetmoment_code,
        coalesce(before.meetmoment_code, earlier.previous_meetmoment_code) as previous_meetmoment_code,
        stated.record_key,
        stated.project_code,
        differences.*,
        {{ new_words('after', 'before') }} as explanation,
        before.submission_id as old_submission_id,
        before.sheet as old_sheet,
        before.row_number as old_row_number,
        after.submission_id,
        after.sheet,
        after.row_number,
        cast(null as varchar) as lacking_submission_id,
        stated.warning_count
    from differences
    inner join versions as stated on coalesce(differences.row_id, differences.previous_row_id) = stated.row_id
    left join versions as after on differences.row_id = after.row_id
    left join versions as before on differences.previous_row_id = before.row_id
    left join meetmomenten on before.meetmoment_code = meetmomenten.previous_meetmoment_code
    left join meetmomenten as earlier on after.meetmoment_code = earlier.meetmoment_code

)

select * from final
