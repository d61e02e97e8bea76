-- One row per project and meetmoment: the project as described then, so that renames and moves stay visible.
with

projects as (

    select * from {{ with_warnings('int_project') }}

),

final as (

    select
        project_code,
        meetmoment_code,
        title,
        speerpunt_code,
        cluster_code,
        policy_domain_code,
        funding_type,
        is_rrf,
        budget_initial_eur,
        lag(title) over (partition by project_code order by meetmoment_number) <> title as is_renamed,
        lag(cluster_code) over (partition by project_code order by meetmoment_number)
        <> cluster_code as is_moved,
        submission_id,
        sheet,
        row_number,
        warning_count
    from projects

)

select * replace (coalesce(is_renamed, false) as is_renamed, coalesce(is_moved, false) as is_moved)
from final
