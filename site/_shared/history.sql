-- One row per figure and per earlier or printed value of it; the account of the figure shows them.
with first_complete as (
    select
        figure.trace_key,
        'Toen eerst volledig' as label_nl,
        'When first complete' as label_en,
        complete.first_complete_eur as value,
        'EUR' as unit,
        cast(complete.first_complete_at as date) as known_on,
        case when complete.restated_eur = 0 then 'sindsdien niet herzien'
            else 'sindsdien herzien, in ' || complete.restated_project_count || ' projecten' end as note_nl,
        case when complete.restated_eur = 0 then 'not restated since'
            else 'restated since, in ' || complete.restated_project_count || ' projects' end as note_en
    from agg_finance_first_complete as complete
    inner join agg_headline_figure as figure
        on complete.meetmoment_code = figure.meetmoment_code
        and complete.scope_code = figure.scope_code
        and complete.measure = figure.measure
        and figure.item = 'total'
    where figure.execution = 'provisional'
),
printed as (
    select
        figure.trace_key,
        'Zoals gedrukt' as label_nl,
        'As printed' as label_en,
        printed.printed as value,
        printed.unit,
        cast(null as date) as known_on,
        concat_ws('; ', printed.source, verdict.label_nl, coalesce(printed.note_nl, printed.note)) as note_nl,
        concat_ws('; ', printed.source, verdict.label_en, printed.note) as note_en
    from fct_published_figure_check as printed
    inner join agg_headline_figure as figure
        on printed.meetmoment_code = figure.meetmoment_code
        and printed.scope_code = figure.scope_code
        and printed.execution = figure.execution
        and printed.measure = figure.measure
        and printed.item = figure.item
    left join dim_code as verdict on printed.verdict = verdict.code and verdict.code_list = 'figure_verdict'
    where printed.printed is not null
),
final as (
    select * from first_complete
    union all
    select * from printed
)
select *
from final
order by trace_key, label_nl, value
