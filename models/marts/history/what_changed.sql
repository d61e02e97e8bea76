-- One row per change: what was restated for the same meetmoment, and what differs from the previous meetmoment.
with

changes as (

    select * from {{ ref('int_change') }}
    union all by name
    select * from {{ ref('int_recoded') }}

),

final as (

    select
        comparison,
        meetmoment_code,
        previous_meetmoment_code,
        project_code,
        record,
        record_key,
        coalesce(field, 'record') as field,
        kind,
        old_value,
        new_value,
        old_state,
        new_state,
        {{ is_form_only('type', 'old_value', 'new_value') }} as is_form_only,
        coalesce(register_reason_nl, explanation) as reason,
        case
            when register_reason_nl is not null then 'register'
            when explanation is not null then 'return'
            else 'not_given'
        end as reason_source,
        changed_at as known_from,
        old_submission_id,
        old_sheet,
        old_row_number,
        submission_id,
        sheet,
        row_number,
        lacking_submission_id
    from changes

)

select * from final
