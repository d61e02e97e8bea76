-- One row per meetmoment, scope, level, measure, kind of status and status: milestones and targets that have it.
{% set kinds = ['self_reported', 'assessed'] %}
with

targets as (

    select * from {{ ref('int_rrf_target_count') }}

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

-- The half year a meetmoment reports on is that of its cut-off; of two in one the last reports on all of it.
semesters as (

    select
        meetmomenten.meetmoment_code,
        year(meetmomenten.cutoff_date)
        || '-S' || case when month(meetmomenten.cutoff_date) <= 6 then 1 else 2 end as semester,
        meetmomenten.cutoff_date
    from meetmomenten
    where meetmomenten.meetmoment_code in (select meetmoment_code from targets)

),

reports as (

    select
        meetmoment_code,
        semester,
        row_number() over (partition by semester order by cutoff_date desc) = 1 as is_last_of_semester
    from semesters

),

totals as (

    select
        meetmoment_code,
        scope_code,
        level,
        measure_code,
        count(*) as all_mt_count
    from targets
    group by meetmoment_code, scope_code, level, measure_code

),

counted as (

    {% for kind in kinds %}
    select
        meetmoment_code,
        scope_code,
        level,
        measure_code,
        '{{ kind }}' as status_kind,
        {{ kind }}_status as status,
        count(*) as mt_count,
        count(*) filter (where kind = 'milestone') as milestone_count,
        count(*) filter (where kind = 'target') as target_count,
        cast(sum(warning_count) as bigint) as warning_count
    from targets
    group by meetmoment_code, scope_code, level, measure_code, {{ kind }}_status
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        counted.meetmoment_code,
        counted.scope_code,
        counted.level,
        counted.measure_code,
        reports.semester,
        reports.is_last_of_semester,
        counted.status_kind,
        counted.status,
        counted.mt_count,
        totals.all_mt_count,
        {{ pct('counted.mt_count', 'totals.all_mt_count') }} as mt_pct,
        counted.milestone_count,
        counted.target_count,
        counted.warning_count
    from counted
    inner join reports using (meetmoment_code)
    inner join totals
        on counted.meetmoment_code = totals.meetmoment_code
        and counted.scope_code = totals.scope_code
        and counted.level = totals.level
        and counted.measure_code is not distinct from totals.measure_code

)

select * from final
