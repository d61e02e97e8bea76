-- One row per verdict on the figures that were printed for meetmomenten up to this one.
select
    word_nl('figure_verdict', checks.verdict) as verdict_nl,
    word_en('figure_verdict', checks.verdict) as verdict_en,
    count(*) as figure_count
from fct_published_figure_check as checks
inner join dim_meetmoment as calendar using (meetmoment_code)
where calendar.meetmoment_number <= getvariable('meetmoment_number')
group by checks.verdict
order by figure_count desc
