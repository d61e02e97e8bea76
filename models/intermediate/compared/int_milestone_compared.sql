-- One row per accepted milestone row that holds, beside the same milestone at its latest earlier meetmoment.
with

milestones as (

    select * from {{ ref('int_milestone_version') }} where is_current

),

final as (

    select
        row_id,
        meetmoment_code,
        record_key,
        description,
        {{ previous('description') }} as previous_description,
        {{ plain_text('description') }} as description_plain,
        {{ previous(plain_text('description')) }} as previous_description_plain,
        planned_date,
        {{ previous('planned_date') }} as previous_planned_date,
        {{ is_newly_explained() }} as is_newly_explained
    from milestones
    {{ earlier_window() }}

)

select * from final
