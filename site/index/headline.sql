-- One row per headline figure of the last meetmoment, with the change since the one before on the same projects.
select
    figure.measure,
    figure.item,
    figure.measure || '/' || figure.item as term,
    figure.unit,
    figure.figure,
    figure.numerator,
    figure.denominator,
    figure.warning_count,
    figure.scope_code,
    figure.execution,
    scope.label_nl as scope_label_nl,
    scope.label_en as scope_label_en,
    execution.label_nl as execution_label_nl,
    execution.label_en as execution_label_en,
    figure.trace_key,
    change.change,
    change.project_count as compared_count,
    change.trace_key as change_key,
    before.label_nl as before_label_nl,
    before.label_en as before_label_en
from agg_headline_figure as figure
inner join site_now using (meetmoment_code)
left join dim_scope as scope on figure.scope_code = scope.scope_code
left join dim_code as execution on figure.execution = execution.code and execution.code_list = 'finance_execution'
left join agg_headline_change as change
    on figure.meetmoment_code = change.meetmoment_code
    and figure.scope_code = change.scope_code
    and figure.execution = change.execution
    and figure.measure = change.measure
    and figure.item = change.item
    and change.is_like_for_like
    and change.change is not null
left join dim_meetmoment as before on change.previous_meetmoment_code = before.meetmoment_code
order by all
