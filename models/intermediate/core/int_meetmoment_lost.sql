-- One row per meetmoment and file since which it lacks projects of the release before: which, and if that is known.
with

lost as (

    select * from {{ ref('int_project_lost') }}

),

final as (

    select
        meetmoment_code,
        file_name,
        bool_and(is_withdrawal_registered) as is_withdrawal_registered,
        count(*) filter (where not is_withdrawal_registered) as unregistered_count,
        'mist ' || array_to_string(
            (list(project_code order by project_code) filter (where not is_withdrawal_registered))[:100], ', '
        ) as lost_projects
    from lost
    group by meetmoment_code, file_name

)

select * from final
