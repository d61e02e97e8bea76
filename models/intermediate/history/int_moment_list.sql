-- One row per submission and sheet that lists only what is of its own meetmoment: what it lacks is not gone.
with

sheets as (

    select * from {{ ref('stg_sheet') }}

),

lists as (

    select * from {{ ref('moment_list') }}

),

final as (

    select
        sheets.submission_id,
        sheets.sheet,
        sheets.layout_code
    from sheets
    inner join lists using (layout_code)

)

select * from final
