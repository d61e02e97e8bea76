-- One row per meetmoment and indicator: which of the Court of Audit's points it meets, of how many.
{% set points = [
    'definition', 'unit', 'baseline', 'target', 'target_date', 'source', 'realised_value', 'level', 'owner'
] %}
with

progress as (

    select * from {{ ref('int_indicator_progress') }} where is_whole_plan

),

indicators as (

    select * from {{ ref('int_indicator') }}

),

-- A point that does not apply is empty and in no denominator: context has no target, what has not begun no value.
judged as (

    select
        progress.meetmoment_code,
        progress.indicator_code,
        coalesce(indicators.definition_nl, indicators.definition_en) is not null as has_definition,
        indicators.unit is not null as has_unit,
        progress.baseline is not null as has_baseline,
        case when coalesce(progress.level, '') <> 'context' then (progress.target is not null) end as has_target,
        case when coalesce(progress.level, '') <> 'context' then (progress.target_date is not null) end
            as has_target_date,
        indicators.source is not null as has_source,
        case
            when progress.part_count = 0 or progress.part_count > progress.not_applicable_count
                then
                    progress.reported_count + progress.withheld_count > 0
                    and progress.not_reported_count + progress.set_apart_count = 0
        end as has_realised_value,
        indicators.level is not null as has_level,
        indicators.owner is not null as has_owner
    from progress
    inner join indicators using (indicator_code, version_number)

),

final as (

    select
        meetmoment_code,
        indicator_code,
        {% for point in points %}
        has_{{ point }},
        {% endfor %}
        {% for point in points %}
        {{ '+ ' if not loop.first }}cast(coalesce(has_{{ point }}, false) as integer)
        {% endfor %}
        as quality_points,
        {% for point in points %}
        {{ '+ ' if not loop.first }}cast(has_{{ point }} is not null as integer)
        {% endfor %}
        as quality_denominator,
        nullif(concat_ws(
            ', ',
            {% for point in points %}
            case when not has_{{ point }} then '{{ point }}' end{{ ',' if not loop.last }}
            {% endfor %}
        ), '') as missing_points
    from judged

)

select
    *,
    {{ pct('quality_points', 'quality_denominator') }} as quality_pct
from final
