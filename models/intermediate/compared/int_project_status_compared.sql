-- One row per accepted project status that holds, beside the milestones and the money of the project.
with

statuses as (

    select * from {{ ref('int_project_status_version') }} where is_current

),

codes as (

    select * from {{ ref('code') }} where code_list = 'project_status'

),

projects as (

    select * from {{ ref('int_project_version') }} where is_current

),

milestones as (

    select
        plan_code,
        meetmoment_code,
        project_code,
        count(*) as open_count,
        count(*) filter (where planned_date < cutoff_date) as overdue_count
    from {{ ref('int_milestone_version') }}
    where is_current and coalesce(status not in ('gerealiseerd', 'vervallen'), true)
    group by plan_code, meetmoment_code, project_code

),

executions as (

    select
        plan_code,
        meetmoment_code,
        project_code,
        execution,
        max(case when measure = 'committed' then amount_eur end) as committed_eur,
        max(case when measure = 'paid' then amount_eur end) as paid_eur,
        bool_or(explanation is not null) as is_explained
    from {{ ref('int_finance_version') }}
    where is_current
    group by plan_code, meetmoment_code, project_code, execution

),

-- Of two executions the final one, which restates the provisional.
money as (

    select
        plan_code,
        meetmoment_code,
        project_code,
        max_by(paid_eur, execution = 'final') as paid_eur,
        max_by(committed_eur - paid_eur, execution = 'final') as encours_eur,
        bool_or(is_explained) as is_explained
    from executions
    group by plan_code, meetmoment_code, project_code

),

final as (

    select
        statuses.row_id,
        statuses.plan_code,
        statuses.meetmoment_code,
        statuses.project_code,
        statuses.status,
        codes.group_code as status_group,
        coalesce(milestones.open_count, 0) as open_milestone_count,
        coalesce(milestones.overdue_count, 0) as overdue_milestone_count,
        cast(money.paid_eur * 100 as bigint) as paid_cents,
        cast(money.encours_eur * 100 as bigint) as encours_cents,
        money.encours_eur,
        coalesce(money.is_explained, false) as is_money_explained,
        coalesce(date_diff('month', projects.start_date, statuses.cutoff_date), 0) as months_since_start
    from statuses
    left join codes on statuses.status = codes.code
    left join projects
        on statuses.plan_code = projects.plan_code
        and statuses.meetmoment_code = projects.meetmoment_code
        and statuses.project_code = projects.project_code
    left join milestones
        on statuses.plan_code = milestones.plan_code
        and statuses.meetmoment_code = milestones.meetmoment_code
        and statuses.project_code = milestones.project_code
    left join money
        on statuses.plan_code = money.plan_code
        and statuses.meetmoment_code = money.meetmoment_code
        and statuses.project_code = money.project_code

)

select * from final
