-- One row per headline figure and meetmoment.
select
    figure.measure || '/' || figure.item as term,
    figure.measure,
    figure.item,
    figure.unit,
    figure.figure,
    figure.trace_key,
    figure.meetmoment_code,
    site_meetmoment.short_label,
    scope.label_nl as scope_label_nl,
    scope.label_en as scope_label_en,
    code.label_nl as status_label_nl,
    code.label_en as status_label_en
from agg_headline_figure as figure
inner join site_meetmoment using (meetmoment_code)
left join dim_scope as scope on figure.scope_code = scope.scope_code
left join dim_code as code on figure.item = code.code and code.code_list = 'project_status'
where figure.measure <> 'encours' and figure.item not in ('other', 'on_schedule', 'reporting_projects')
order by
    case
        when figure.measure like 'project%' then 1
        when figure.measure like 'committed%' then 2
        when figure.measure like 'paid%' then 3
        when figure.measure like 'milestone%' then 4
        else 5
    end,
    figure.item <> 'total',
    code.sort_order,
    figure.measure,
    figure.item,
    site_meetmoment.meetmoment_number
