-- One row per meetmoment and submission since which it lacks projects that it had: which, and if that is registered.
with

lost as (

    select * from {{ ref('int_project_lost') }}

),

by_file as (

    select
        meetmoment_code,
        submission_id,
        file_name,
        bool_and(is_exit_registered) as is_exit_registered,
        count(*) filter (where not is_exit_registered) as unregistered_count,
        list(project_code order by project_code) filter (where not is_exit_registered) as project_codes
    from lost
    group by meetmoment_code, submission_id, file_name

),

final as (

    select
        * exclude (project_codes),
        '(' || file_name || ') mist ' || {{ first_named('project_codes', 'nl') }} as lost_nl,
        '(' || file_name || ') lacks ' || {{ first_named('project_codes', 'en') }} as lost_en
    from by_file

)

select * from final
