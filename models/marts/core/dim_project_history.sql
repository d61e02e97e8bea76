-- One row per plan, project and meetmoment: the project as described then, so that renames and moves stay visible.
with

projects as (

    select * from {{ ref('int_project') }}

),

final as (

    select
        plan_code || '/' || project_code as project_key,
        plan_code || '/' || meetmoment_code as meetmoment_key,
        plan_code,
        meetmoment_code,
        project_code,
        title,
        plan_code || '/' || speerpunt_code as speerpunt_key,
        plan_code || '/' || cluster_code as cluster_key,
        plan_code || '/' || policy_domain_code as policy_domain_key,
        funding_type,
        is_rrf,
        budget_initial_eur,
        lag(title) over (partition by plan_code, project_code order by meetmoment_number) <> title as is_renamed,
        lag(cluster_code) over (partition by plan_code, project_code order by meetmoment_number)
        <> cluster_code as is_moved,
        submission_id,
        sheet,
        row_number,
        warning_count
    from projects

)

select * replace (coalesce(is_renamed, false) as is_renamed, coalesce(is_moved, false) as is_moved)
from final
