-- One row per meetmoment, project and execution: the amounts of a project side by side, in euro, cumulative.
with

amounts as (

    select * from {{ with_warnings('int_finance') }}

),

projects as (

    select * from {{ with_warnings('int_project') }}

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

-- A project without money stands here too, as not reported or set apart, wherever others of its plan returned theirs.
executions as (

    select distinct
        meetmoment_code,
        execution
    from amounts

),

pivoted as (

    select
        meetmoment_code,
        project_code,
        execution,
        max(case when measure = 'budget' then amount_eur end) as budget_current_eur,
        max(case when measure = 'committed' then amount_eur end) as committed_eur,
        max(case when measure = 'committed' then amount_eur_state end) as committed_state,
        max(case when measure = 'paid' then amount_eur end) as paid_eur,
        max(case when measure = 'paid' then amount_eur_state end) as paid_state,
        max(case when measure = 'forecast' then amount_eur end) as forecast_eur,
        max(case when measure = 'forecast' then amount_eur_state end) as forecast_state,
        sum(warning_count) filter (where measure = 'committed') as committed_warning_count,
        sum(warning_count) filter (where measure = 'paid') as paid_warning_count,
        sum(warning_count) filter (where measure in ('budget', 'committed', 'paid', 'forecast')) as warning_count
    from amounts
    group by meetmoment_code, project_code, execution

),

-- What was returned in a row that an error sets apart is not nothing.
set_apart as (

    select
        rows_set_apart.meetmoment_code,
        rows_set_apart.project_code,
        amounts_set_apart.execution,
        {% for measure in ['committed', 'paid', 'forecast'] -%}
        max(case when amounts_set_apart.measure = '{{ measure }}' then 'set_apart' end) as {{ measure }}_state
        {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_row_not_counted') }} as rows_set_apart
    inner join {{ ref('stg_finance') }} as amounts_set_apart using (row_id)
    group by rows_set_apart.meetmoment_code, rows_set_apart.project_code, amounts_set_apart.execution

),

-- What decisions up to the cut-off gave to or took from the project.
transferred as (

    select
        projects.meetmoment_code,
        projects.project_code,
        sum(transfers.amount_eur) as budget_transfer_eur,
        sum(transfers.warning_count) as warning_count
    from projects
    inner join meetmomenten using (meetmoment_code)
    inner join {{ ref('int_budget_transfer') }} as transfers
        on projects.project_code = transfers.project_code
        and meetmomenten.cutoff_date >= transfers.decision_date
    group by projects.meetmoment_code, projects.project_code

),

final as (

    select
        projects.meetmoment_code,
        projects.meetmoment_number,
        projects.project_code,
        executions.execution,
        projects.speerpunt_code,
        projects.cluster_code,
        projects.budget_initial_eur,
        coalesce(transferred.budget_transfer_eur, 0) as budget_transfer_eur,
        pivoted.budget_current_eur,
        pivoted.budget_current_eur - projects.budget_initial_eur - coalesce(transferred.budget_transfer_eur, 0)
            as budget_difference_eur,
        pivoted.committed_eur,
        coalesce(pivoted.committed_state, set_apart.committed_state, 'not_reported') as committed_state,
        pivoted.paid_eur,
        coalesce(pivoted.paid_state, set_apart.paid_state, 'not_reported') as paid_state,
        pivoted.forecast_eur,
        coalesce(pivoted.forecast_state, set_apart.forecast_state, 'not_reported') as forecast_state,
        pivoted.committed_eur - pivoted.paid_eur as encours_eur,
        coalesce(pivoted.committed_warning_count, 0) as committed_warning_count,
        coalesce(pivoted.paid_warning_count, 0) as paid_warning_count,
        -- The budgets come from the row of the project and from the decisions.
        coalesce(projects.warning_count, 0)
        + coalesce(pivoted.warning_count, 0)
        + coalesce(transferred.warning_count, 0) as warning_count
    from projects
    inner join executions using (meetmoment_code)
    left join pivoted using (meetmoment_code, project_code, execution)
    left join set_apart using (meetmoment_code, project_code, execution)
    left join transferred using (meetmoment_code, project_code)

)

select * from final
