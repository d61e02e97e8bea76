-- One row per project and measure of which the amount fell, the largest first, and why.
with falls as (
    select
        amounts.project_code,
        projects.title,
        word_nl('headline_measure', amounts.measure) as measure,
        amounts.previous_eur,
        amounts.current_eur,
        amounts.decrease_eur as decrease_change_eur,
        coalesce(min(changes.reason), 'geen reden opgegeven') as reason,
        amounts.trace_key
    from agg_finance_change_by_project as amounts
    inner join dim_project as projects using (project_code)
    left join what_changed as changes
        on amounts.meetmoment_code = changes.meetmoment_code
        and amounts.project_code = changes.project_code
        and changes.comparison = 'movement'
        and starts_with(changes.record_key, amounts.project_code || '|' || amounts.measure || '|')
    where
        amounts.meetmoment_code = getvariable('meetmoment')
        and amounts.previous_meetmoment_code = getvariable('previous')
        and amounts.scope_code = getvariable('money_scope')
        and amounts.decrease_eur <> 0
    group by all
)

select
    *,
    count(*) over () as all_rows_count
from falls
order by decrease_change_eur, trace_key
limit 100
