-- One row per meetmoment and project: all that the totals are made of.
with milestone_count as (
    select
        meetmoment_code,
        project_code,
        count(*) filter (status_group = 'realised') as realised,
        count(*) filter (status_group = 'on_schedule') as on_schedule,
        count(*) filter (status_group = 'delayed') as delayed,
        count(*) filter (status_group = 'future') as future,
        count(*) filter (status_group = 'dropped') as dropped
    from fct_milestone_status_as_returned
    group by meetmoment_code, project_code
),
scope as (
    select meetmoment_code, project_code, list(scope_code order by scope_code) as scopes
    from bridge_scope_project
    group by meetmoment_code, project_code
)
select
    described.meetmoment_code,
    described.project_code,
    described.speerpunt_code,
    described.cluster_code,
    described.budget_initial_eur,
    described.trace_key,
    array_to_string(scope.scopes, ' ') as scopes,
    label.status_label_nl,
    label.status_label_en,
    milestone_count.realised,
    milestone_count.on_schedule,
    milestone_count.delayed,
    milestone_count.future,
    milestone_count.dropped,
    provisional.committed_eur,
    provisional.paid_eur,
    final.committed_eur as final_committed_eur,
    final.paid_eur as final_paid_eur
from dim_project_history as described
inner join site_meetmoment using (meetmoment_code)
left join fct_project_status_as_returned as status using (meetmoment_code, project_code)
left join site_status as label on status.status = label.status
left join milestone_count using (meetmoment_code, project_code)
left join scope using (meetmoment_code, project_code)
left join fct_finance_by_execution as provisional
    on described.meetmoment_code = provisional.meetmoment_code
    and described.project_code = provisional.project_code and provisional.execution = 'provisional'
left join fct_finance_by_execution as final
    on described.meetmoment_code = final.meetmoment_code
    and described.project_code = final.project_code and final.execution = 'final'
order by described.meetmoment_code, described.project_code
