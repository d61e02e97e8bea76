-- One row per indicator at the last meetmoment, over all projects.
select
    indicator.indicator_code,
    indicator.label_nl,
    indicator.label_en,
    indicator.level,
    indicator.level_label_nl as level_name_nl,
    indicator.level_label_en as level_name_en,
    indicator.unit_label_nl as unit_nl,
    indicator.unit_label_en as unit_en,
    indicator.direction,
    indicator.source,
    indicator.owner,
    indicator.is_invented,
    progress.actual,
    progress.value_state,
    progress.target,
    progress.target_date,
    progress.baseline,
    progress.progress_pct,
    progress.is_target_reached,
    progress.reported_count,
    progress.part_count,
    progress.freshness,
    progress.oldest_value_date,
    progress.next_expected_on,
    progress.warning_count,
    progress.trace_key,
    quality.quality_points,
    quality.quality_denominator,
    quality.quality_pct,
    quality.missing_points,
    quality.trace_key as quality_key,
    case indicator.level when 'output' then 1 when 'outcome' then 2 when 'impact' then 3 else 4 end as level_order
from dim_indicator as indicator
left join (
    select * from agg_indicator_progress
    inner join (select meetmoment_code, meetmoment_number from site_meetmoment) using (meetmoment_code)
    where scope_code = 'all'
    qualify row_number() over (partition by indicator_code order by meetmoment_number desc) = 1
) as progress using (indicator_code)
left join (
    select * from fct_indicator_quality
    inner join (select meetmoment_code, meetmoment_number from site_meetmoment) using (meetmoment_code)
    qualify row_number() over (partition by indicator_code order by meetmoment_number desc) = 1
) as quality using (indicator_code)
order by level_order, indicator.indicator_code
