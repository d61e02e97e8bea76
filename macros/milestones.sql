{# The counts of milestones with both denominators: of those started, and of all. #}
{% macro milestone_counts() -%}
    cast(sum(milestone_count) as bigint) as milestone_count,
    cast(sum(started_count) as bigint) as started_count,
    cast(sum(future_count) as bigint) as future_count,
    cast(sum(on_schedule_count) as bigint) as on_schedule_count,
    cast(sum(delayed_count) as bigint) as delayed_count,
    cast(sum(realised_count) as bigint) as realised_count,
    cast(sum(on_schedule_or_realised_count) as bigint) as on_schedule_or_realised_count,
    cast(sum(dropped_count) as bigint) as dropped_count,
    cast(sum(not_reported_count) as bigint) as not_reported_count,
    {{ pct('sum(on_schedule_or_realised_count)', 'sum(started_count)') }} as on_schedule_or_realised_of_started_pct,
    {{ pct('sum(on_schedule_or_realised_count)', 'sum(milestone_count)') }} as on_schedule_or_realised_of_all_pct,
    cast(sum(milestone_warning_count) as bigint) as milestone_warning_count,
    cast(sum(started_warning_count) as bigint) as started_warning_count,
    cast(sum(on_schedule_or_realised_warning_count) as bigint) as on_schedule_or_realised_warning_count,
    cast(sum(warning_count) as bigint) as warning_count,
    cast(sum(set_apart_count) as bigint) as set_apart_count
{%- endmacro %}

{# The counts of milestones per unit of a level of the plan (cluster_code or policy_domain_code), in the scope that is published. #}
{% macro milestone_counts_by(unit) -%}
with

counts as (

    select * from {{ ref('int_milestone_count') }}

),

published as (

    select
        meetmoment_code,
        scope_code
    from {{ ref('int_published_scope') }}
    where subject = 'counts'

),

final as (

    select
        meetmoment_code,
        {{ unit }},
        scope_code,
        {{ milestone_counts() }}
    from counts
    inner join published using (meetmoment_code, scope_code)
    group by meetmoment_code, {{ unit }}, scope_code

)

select * from final
{%- endmacro %}
