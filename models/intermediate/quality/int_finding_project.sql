-- One row per sheet row with a finding that counts, or would but for an error: the project that it is about.
with

findings as (

    select distinct
        submission_id,
        sheet,
        row_number
    from {{ ref('int_finding') }}

),

projects as (

    select distinct project_code from {{ ref('int_project') }}

),

counted as (

    select * from {{ ref('int_record_version') }} where is_current

),

-- An earlier return may hold in its place; a later one that does has mended it.
set_apart as (

    select * from {{ ref('int_row_still_apart') }} where counted_precedence is null or counted_precedence < precedence

),

about as (

    select
        submission_id,
        sheet,
        row_number,
        project_code
    from counted
    union all
    select
        submission_id,
        sheet,
        row_number,
        project_code
    from set_apart

),

final as (

    select
        submission_id,
        sheet,
        row_number,
        min(project_code) as project_code
    from about
    inner join findings using (submission_id, sheet, row_number)
    inner join projects using (project_code)
    group by submission_id, sheet, row_number

)

select * from final
