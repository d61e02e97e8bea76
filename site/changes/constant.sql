-- One row per headline figure and meetmoment on the same projects throughout.
select
    figure.measure || '/' || figure.item as term,
    figure.measure,
    figure.item,
    figure.unit,
    figure.figure,
    figure.meetmoment_code,
    figure.scope_code,
    scope.label_nl as scope_nl,
    scope.label_en as scope_en,
    figure.trace_key
from agg_headline_figure_by_scope as figure
inner join site_meetmoment as meetmoment using (meetmoment_code)
inner join dim_scope as scope using (scope_code)
where scope.member_of_meetmoment is not null
    and figure.execution in ('not_applicable', 'provisional')
    and (figure.measure, figure.item) in (
        ('project_count', 'total'), ('project_count', 'gerealiseerd'), ('project_count', 'on_schedule_or_realised'),
        ('committed', 'total'), ('paid', 'total'), ('milestone_count', 'total'),
        ('milestone_share', 'on_schedule_or_realised_of_all')
    )
order by figure.scope_code, figure.measure, figure.item, meetmoment.meetmoment_number
