-- One row per submission with the verdict of gate 1 and how many findings of each kind it has.
with

submissions as (

    select * from {{ ref('int_verdict') }}

),

counted as (

    select
        submission_id,
        count(*) filter (where severity = 'critical' and waiver_id is null) as critical_count,
        count(*) filter (where severity = 'error' and waiver_id is null) as error_count,
        count(*) filter (where severity = 'warning' and waiver_id is null) as warning_count,
        count(*) filter (where severity = 'info' and waiver_id is null) as info_count,
        count(waiver_id) as waived_count
    from {{ ref('int_finding') }}
    group by submission_id

),

final as (

    select
        submissions.*,
        coalesce(counted.critical_count, 0) as critical_count,
        coalesce(counted.error_count, 0) as error_count,
        coalesce(counted.warning_count, 0) as warning_count,
        coalesce(counted.info_count, 0) as info_count,
        coalesce(counted.waived_count, 0) as waived_count
    from submissions
    left join counted using (submission_id)

)

select * from final
