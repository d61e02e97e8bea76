-- One row per figure that people ask for by name or by value: headline figures, indicators, and money of projects.
with headlines as (
    select
        coalesce(published.trace_key, figures.trace_key) as trace_key,
        cast(null as varchar) as figure,
        figures.meetmoment_code,
        figures.figure as value,
        figures.unit,
        check_.printed,
        published.trace_key is not null as is_published,
        concat_ws('/', figures.measure, figures.item, figures.scope_code, figures.execution) as series,
        names.label_nl,
        names.label_en,
        concat_ws(' ', figures.measure, figures.item, figures.scope_code, figures.execution) as codes,
        meetmomenten.cutoff_date
    from agg_headline_figure_by_scope as figures
    left join agg_headline_figure as published
        using (meetmoment_code, scope_code, execution, measure, item)
    left join fct_published_figure_check as check_
        using (meetmoment_code, scope_code, execution, measure, item)
    inner join dim_meetmoment as meetmomenten using (meetmoment_code)
    inner join headline_name as names using (meetmoment_code, scope_code, execution, measure, item)
),
indicators as (
    select
        progress.trace_key,
        'actual' as figure,
        progress.meetmoment_code,
        progress.actual as value,
        registered.unit,
        cast(null as decimal(20, 6)) as printed,
        true as is_published,
        progress.indicator_code as series,
        concat_ws(', ', registered.label_nl, meetmomenten.label_nl) as label_nl,
        concat_ws(', ', registered.label_en, meetmomenten.label_en) as label_en,
        progress.indicator_code as codes,
        meetmomenten.cutoff_date
    from agg_indicator_progress as progress
    inner join dim_indicator as registered using (indicator_code)
    inner join dim_meetmoment as meetmomenten using (meetmoment_code)
    where progress.actual is not null and progress.scope_code = meetmomenten.counts_scope_code
),
money as (
    unpivot (select trace_key, meetmoment_code, project_code, budget_initial_eur, committed_eur, paid_eur from fct_finance)
    on budget_initial_eur, committed_eur, paid_eur into name figure value value
),
projects as (
    select
        money.trace_key,
        money.figure,
        money.meetmoment_code,
        money.value,
        'EUR' as unit,
        cast(null as decimal(20, 6)) as printed,
        false as is_published,
        concat_ws('/', money.project_code, money.figure) as series,
        concat_ws(', ', money.project_code || ' ' || titles.title, words.label_nl, meetmomenten.label_nl) as label_nl,
        concat_ws(', ', money.project_code || ' ' || titles.title, words.label_en, meetmomenten.label_en) as label_en,
        money.figure as codes,
        meetmomenten.cutoff_date
    from money
    inner join dim_project as titles using (project_code)
    inner join dim_meetmoment as meetmomenten using (meetmoment_code)
    left join read_csv(getvariable('dictionary')) as words on words.mart = 'fct_finance' and money.figure = words.column
)
select * from headlines
union all
select * from indicators
union all
select * from projects
