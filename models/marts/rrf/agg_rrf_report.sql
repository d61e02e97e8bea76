-- One row per meetmoment, scope, measure, kind of status and status: the half-yearly report by measure.
with

counted as (

    select * from {{ ref('int_rrf_status_count') }} where level = 'measure'

),

measures as (

    select * from {{ ref('reg_rrf_measure') }}

),

final as (

    select
        counted.meetmoment_code,
        counted.scope_code,
        counted.semester,
        counted.is_last_of_semester,
        counted.measure_code,
        measures.label_nl as measure_label_nl,
        measures.label_en as measure_label_en,
        counted.status_kind,
        counted.status,
        counted.mt_count,
        counted.all_mt_count as measure_mt_count,
        counted.mt_pct,
        counted.milestone_count,
        counted.target_count,
        counted.warning_count
    from counted
    left join measures using (measure_code)

)

select * from final
