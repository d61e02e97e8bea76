-- One row per meetmoment, scope, record, execution, item and status group: warnings on rows of projects in it.
with

members as (

    select * from {{ ref('int_project_scope') }}

),

rows_of_returns as (

    select
        meetmoment_code,
        project_code,
        'project' as record,
        'not_applicable' as execution,
        'all' as item,
        'all' as status_group,
        warning_count
    from {{ with_warnings('int_project') }}
    union all
    select
        meetmoment_code,
        project_code,
        'project_status' as record,
        'not_applicable' as execution,
        coalesce(status, status_state) as item,
        coalesce(status_group, status_state) as status_group,
        warning_count
    from {{ with_warnings('int_project_status') }}
    union all
    select
        meetmoment_code,
        project_code,
        'milestone' as record,
        'not_applicable' as execution,
        'all' as item,
        coalesce(status_group, status_state) as status_group,
        warning_count
    from {{ with_warnings('int_milestone') }}
    union all
    select
        meetmoment_code,
        project_code,
        'finance' as record,
        execution,
        measure as item,
        'all' as status_group,
        warning_count
    from {{ with_warnings('int_finance') }}

),

final as (

    select
        members.meetmoment_code,
        members.scope_code,
        rows_of_returns.record,
        rows_of_returns.execution,
        rows_of_returns.item,
        rows_of_returns.status_group,
        cast(sum(rows_of_returns.warning_count) as bigint) as warning_count
    from members
    inner join rows_of_returns using (meetmoment_code, project_code)
    where rows_of_returns.warning_count > 0
    group by
        members.meetmoment_code, members.scope_code, rows_of_returns.record,
        rows_of_returns.execution, rows_of_returns.item, rows_of_returns.status_group

)

select * from final
