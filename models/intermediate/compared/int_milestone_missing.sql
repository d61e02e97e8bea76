-- One row per milestone that a project had at its latest earlier meetmoment and has no more.
with

missing as (

    {{ missing_rows('milestone') }}

),

milestones as (

    select * from {{ ref('int_milestone_version') }} where is_current

),

final as (

    select
        missing.row_id,
        missing.meetmoment_code,
        missing.project_code,
        before.milestone_code,
        before.planned_date as previous_planned_date,
        case
            when before.status = 'vervallen' then 'dropped'
            when before.replaced_by is not null then 'replaced'
            else 'unaccounted'
        end as accounted_as
    from missing
    inner join milestones as before on missing.previous_row_id = before.row_id

)

select * from final
