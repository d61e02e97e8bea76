-- What other marts say of the headline figure whose trace key is the variable of that name: a query per name.
create or replace temp view figure as
select * from agg_headline_figure_by_scope where trace_key = getvariable('trace_key')
union all by name
select * from agg_headline_figure where trace_key = getvariable('trace_key');
-- name: name
select headline_name.label_nl, headline_name.label_en, figure.measure || '/' || figure.item as term
from figure inner join headline_name using (meetmoment_code, scope_code, execution, measure, item)
-- name: printed
select
    printed.printed, printed.unit, printed.recomputed, printed.difference, printed.source, printed.note as note_en, printed.note_nl,
    coalesce(sources.label_nl, printed.source) as source_nl, coalesce(sources.label_en, printed.source) as source_en,
    printed.verdict, verdicts.label_nl as verdict_nl, verdicts.label_en as verdict_en
from fct_published_figure_check as printed
inner join figure using (meetmoment_code, scope_code, execution, measure, item)
left join dim_code as verdicts on verdicts.code_list = 'figure_verdict' and printed.verdict = verdicts.code
left join dim_code as sources on sources.code_list = 'figure_source' and printed.source = sources.code
where printed.printed is not null
-- name: first_complete
select
    complete.measure, complete.first_complete_at, complete.first_complete_eur, complete.current_eur,
    complete.restated_eur, complete.restated_project_count
from agg_finance_first_complete as complete
inner join figure
    on complete.meetmoment_code = figure.meetmoment_code
    and complete.scope_code = figure.scope_code
    and figure.measure in (complete.measure, complete.measure || '_share')
    and figure.item = 'total'
    and figure.execution = 'provisional'
-- name: final
select other.figure as value, other.unit, other.numerator, other.denominator, other.trace_key
from agg_headline_figure_by_scope as other
inner join figure using (meetmoment_code, scope_code, measure, item)
where other.execution = 'final' and figure.execution = 'provisional'
-- name: scopes
select
    meetmomenten.meetmoment_code, meetmomenten.label_nl, meetmomenten.label_en, other.scope_code,
    scopes.label_nl as scope_nl, scopes.label_en as scope_en,
    scopes.member_of_meetmoment is not null as is_constant,
    other.figure as value, other.unit, other.meetmoment_code = figure.meetmoment_code as is_asked, other.trace_key
from agg_headline_figure_by_scope as other
inner join figure using (execution, measure, item)
inner join dim_scope as scopes on other.scope_code = scopes.scope_code
inner join dim_meetmoment as meetmomenten on other.meetmoment_code = meetmomenten.meetmoment_code
where other.scope_code = figure.scope_code or scopes.member_of_meetmoment is not null
order by meetmomenten.cutoff_date, is_constant, other.scope_code
-- name: since_previous
select
    meetmomenten.label_nl, meetmomenten.label_en, change.previous_figure, change.change, change.unit,
    change.is_like_for_like, change.entered_count, change.left_count, change.trace_key
from agg_headline_change as change
inner join figure using (meetmoment_code, scope_code, execution, measure, item)
inner join dim_meetmoment as meetmomenten on change.previous_meetmoment_code = meetmomenten.meetmoment_code
