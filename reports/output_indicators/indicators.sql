-- One row per indicator of output or outcome at the meetmoment, on the published scope: where it stands and how well it is described.
select
    progress.indicator_code,
    indicators.label_nl,
    indicators.label_en,
    coalesce(indicators.level_label_nl, 'niveau onbekend') as level_nl,
    coalesce(indicators.level_label_en, 'level unknown') as level_en,
    coalesce(indicators.definition_nl, 'Zonder definitie.') as definition_nl,
    coalesce(indicators.definition_en, 'Without a definition.') as definition_en,
    indicators.unit_label_nl as unit_nl,
    indicators.unit_label_en as unit_en,
    progress.baseline,
    before.actual as previous_actual,
    progress.actual,
    progress.actual - before.actual as actual_change,
    progress.target,
    progress.target_date,
    progress.progress_pct,
    case
        when progress.value_state = 'reported' and indicators.direction = 'up' and progress.actual > 1.5 * progress.target
            then 'ver boven de streefwaarde: te bekijken'
        when progress.value_state = 'reported' and progress.is_target_reached then 'streefwaarde bereikt'
        when progress.value_state = 'reported' and progress.target is null then 'zonder streefwaarde'
        when progress.progress_state = 'target_against_direction' then 'streefwaarde tegen de richting in'
        when progress.value_state = 'not_applicable' then 'niet van toepassing'
        when progress.value_state = 'withheld' then 'niet vrijgegeven'
        when progress.missing_count > 0 then 'onvolledig: ' || progress.reported_count || ' van de ' || progress.part_count || if(progress.part_count = 1, ' deel', ' delen')
        when progress.value_state <> 'reported' then 'niet gerapporteerd'
        when progress.target_date <= getvariable('cutoff_date') then 'streefdatum bereikt, streefwaarde niet'
        else 'onderweg'
    end as judgement,
    quality.quality_points || '/' || quality.quality_denominator as quality,
    lacks.quality_missing,
    indicators.source,
    indicators.owner,
    indicators.is_invented,
    count(*) over () as all_rows_count,
    progress.trace_key
from agg_indicator_progress as progress
inner join dim_indicator as indicators using (indicator_code)
left join agg_indicator_progress as before
    on progress.indicator_code = before.indicator_code
    and progress.scope_code = before.scope_code
    and before.meetmoment_code = getvariable('previous')
left join fct_indicator_quality as quality
    on progress.indicator_code = quality.indicator_code
    and progress.meetmoment_code = quality.meetmoment_code
left join (
    select indicator_code, list(word_nl('point', point) order by point) as quality_missing
    from (
        select indicator_code, unnest(string_split(missing_points, ', ')) as point
        from fct_indicator_quality
        where meetmoment_code = getvariable('meetmoment')
    )
    group by indicator_code
) as lacks on progress.indicator_code = lacks.indicator_code
where
    progress.meetmoment_code = getvariable('meetmoment')
    and progress.scope_code = getvariable('scope')
    and coalesce(indicators.level, 'output') in ('output', 'outcome')
order by progress.indicator_code
limit 500
