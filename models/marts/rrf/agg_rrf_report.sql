-- One row per plan, meetmoment, measure, kind of status and status: the half-yearly report on milestones and targets.
{% set kinds = ['self_reported', 'assessed'] %}
with

milestones_targets as (

    select * from {{ ref('int_rrf_milestone_target') }}

),

measures as (

    select * from {{ ref('rrf_measure') }}

),

totals as (

    select
        plan_code,
        meetmoment_code,
        measure_code,
        count(*) as measure_mt_count,
        cast(sum(warning_count) as bigint) as warning_count
    from milestones_targets
    group by plan_code, meetmoment_code, measure_code

),

counted as (

    {% for kind in kinds %}
    select
        plan_code,
        meetmoment_code,
        cutoff_date,
        measure_code,
        '{{ kind }}' as status_kind,
        {{ kind }}_status as status,
        count(*) as mt_count,
        count(*) filter (where kind = 'milestone') as milestone_count,
        count(*) filter (where kind = 'target') as target_count
    from milestones_targets
    group by plan_code, meetmoment_code, cutoff_date, measure_code, {{ kind }}_status
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        counted.plan_code || '/' || counted.meetmoment_code as meetmoment_key,
        year(counted.cutoff_date) || '-S' || case when month(counted.cutoff_date) <= 6 then 1 else 2 end as semester,
        counted.measure_code,
        measures.label_nl as measure_label_nl,
        measures.label_en as measure_label_en,
        counted.status_kind,
        counted.status,
        counted.mt_count,
        totals.measure_mt_count,
        {{ pct('counted.mt_count', 'totals.measure_mt_count') }} as mt_pct,
        counted.milestone_count,
        counted.target_count,
        totals.warning_count
    from counted
    inner join totals
        on counted.plan_code = totals.plan_code
        and counted.meetmoment_code = totals.meetmoment_code
        and counted.measure_code = totals.measure_code
    left join measures
        on counted.plan_code = measures.plan_code
        and counted.measure_code = measures.measure_code

)

select * from final
