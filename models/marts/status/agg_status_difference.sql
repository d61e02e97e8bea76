-- One row per meetmoment, scope and status group: projects reported in it, computed to be in it, and both.
with

compared as (

    select * from {{ ref('int_status_comparison') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

groups as (

    select * from {{ ref('code') }} where code_list = 'project_status_group'

),

placed as (

    select
        members.scope_code,
        compared.*
    from members
    inner join compared using (meetmoment_code, project_code)

),

denominators as (

    select
        meetmoment_code,
        scope_code,
        count(*) as scope_project_count,
        sum(project_warning_count) as project_warning_count
    from placed
    group by meetmoment_code, scope_code

),

final as (

    select
        denominators.meetmoment_code,
        denominators.scope_code,
        groups.code as status_group,
        groups.label_nl as status_group_label_nl,
        groups.label_en as status_group_label_en,
        count(*) filter (where placed.status_group = groups.code) as reported_count,
        count(*) filter (where placed.computed_status_group = groups.code) as computed_count,
        count(*) filter (where placed.status_group = groups.code and placed.comparison = 'same') as both_count,
        count(*) filter (where placed.status_group = groups.code and placed.contradiction_count > 0)
            as contradicted_count,
        denominators.scope_project_count,
        cast(
            coalesce(
                sum(placed.status_warning_count) filter (
                    where groups.code in (placed.status_group, placed.computed_status_group)
                ),
                0
            )
            + denominators.project_warning_count as bigint
        ) as warning_count
    from denominators
    cross join groups
    inner join placed using (meetmoment_code, scope_code)
    group by
        denominators.meetmoment_code, denominators.scope_code, groups.code, groups.label_nl,
        groups.label_en, denominators.scope_project_count, denominators.project_warning_count

)

select * from final
