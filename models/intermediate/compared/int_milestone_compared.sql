-- One row per accepted milestone row that holds, beside the same milestone earlier and the one that replaces it.
with

milestones as (

    select
        *,
        {{ plain_text('description') }} as description_plain
    from {{ ref('int_milestone_version') }}
    where is_current

),

codes as (

    select distinct
        meetmoment_code,
        milestone_code
    from milestones

),

beside as (

    select
        row_id,
        meetmoment_code,
        record_key,
        milestone_code,
        replaced_by,
        status,
        {{ previous('status') }} as previous_status,
        actual_date,
        {{ previous('actual_date') }} as previous_actual_date,
        description,
        {{ previous('description') }} as previous_description,
        description_plain,
        {{ previous('description_plain') }} as previous_description_plain,
        planned_date,
        {{ previous('planned_date') }} as previous_planned_date,
        {{ is_newly_explained() }} as is_newly_explained
    from milestones
    {{ earlier_window() }}

),

final as (

    select
        beside.* exclude (milestone_code),
        case
            when
                beside.replaced_by is not null
                and (codes.milestone_code is null or beside.replaced_by = beside.milestone_code)
                then beside.replaced_by
        end as unknown_replacement,
        case
            when beside.previous_status = 'gerealiseerd' and beside.status not in ('gerealiseerd', 'vervallen')
                then beside.status
        end as undone_as,
        case when beside.status is null then beside.previous_status end as emptied_status
    from beside
    left join codes
        on beside.meetmoment_code = codes.meetmoment_code
        and beside.replaced_by = codes.milestone_code

)

select * from final
