-- One row per fact, or record that came or went, that a later return of the same meetmoment states otherwise.
with

versions as (

    select * from {{ ref('int_record_version') }}

),

pairs as (

    select * from {{ ref('int_restatement_pair') }}

),

field_differences as (

    select * from {{ ref('int_field_difference') }}

),

later_deliveries as (

    select * from {{ ref('int_later_delivery') }}

),

-- What a row says, however often it held: a withdrawal of what came after it lets it hold once more.
stated as (

    select distinct
        row_id,
        record,
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
        pairs.row_id,
        pairs.previous_row_id,
        pairs.changed_at,
        field_differences.field,
        field_differences.type,
        pairs.difference,
        field_differences.old_value,
        field_differences.new_value,
        field_differences.old_state,
        field_differences.new_state
    from pairs
    inner join field_differences
        on coalesce(pairs.row_id, '') = coalesce(field_differences.row_id, '')
        and coalesce(pairs.previous_row_id, '') = coalesce(field_differences.previous_row_id, '')
    where
        pairs.difference <> 'value'
        or (field_differences.old_state is not null and field_differences.new_state is not null)

),

-- Amounts as they held, the first version of each key marked.
money as (

    select
        amounts.*,
        versions.previous_row_id is null as is_first
    from {{ ref('int_finance_version') }} as amounts
    inner join versions using (row_id, known_from)

),

-- The amount of the closed accounts restates the provisional one, whichever of the two came first; said once, when the
-- second of them came. What either becomes after that is a restatement of its own.
made_final as (

    select
        closed.row_id,
        provisional.row_id as previous_row_id,
        greatest(closed.known_from, provisional.known_from) as changed_at,
        'amount_eur' as field,
        'amount' as type,
        'made_final' as difference,
        cast(provisional.amount_eur as varchar) as old_value,
        cast(closed.amount_eur as varchar) as new_value,
        provisional.amount_eur_state as old_state,
        closed.amount_eur_state as new_state
    from money as closed
    inner join money as provisional
        on closed.meetmoment_code = provisional.meetmoment_code
        and closed.project_code = provisional.project_code
        and closed.measure = provisional.measure
        and provisional.execution = 'provisional'
        and (
            (closed.is_first and {{ held_at('provisional', 'closed.known_from') }})
            or (
                provisional.is_first
                and closed.known_from < provisional.known_from
                and {{ held_at('closed', 'provisional.known_from') }}
            )
        )
    where
        closed.execution = 'final'
        and closed.amount_eur is distinct from provisional.amount_eur

),

differences as (

    select * from changed
    union all
    select * from made_final

),

final as (

    select
        about.record,
        about.meetmoment_code,
        about.meetmoment_code as previous_meetmoment_code,
        about.record_key,
        about.project_code,
        differences.*,
        {{ new_words('after', 'before') }} as explanation,
        before.submission_id as old_submission_id,
        before.sheet as old_sheet,
        before.row_number as old_row_number,
        after.submission_id,
        after.sheet,
        after.row_number,
        later_deliveries.later_submission_id as lacking_submission_id,
        about.warning_count
    from differences
    inner join stated as about on coalesce(differences.row_id, differences.previous_row_id) = about.row_id
    left join stated as after on differences.row_id = after.row_id
    left join stated as before on differences.previous_row_id = before.row_id
    left join later_deliveries
        on before.submission_id = later_deliveries.submission_id
        and before.sheet = later_deliveries.sheet
        and case when differences.difference = 'dropped' then differences.changed_at end = later_deliveries.counts_from

)

select * from final
