-- One row per plan, meetmoment, measure and milestone or target with a link that is valid on the cut-off.
with

links as (

    select * from {{ ref('int_rrf_link') }} where is_valid_on_cutoff

),

-- Several projects may serve one milestone or target; where they do not agree on its status, that is what is said.
final as (

    select
        plan_code,
        meetmoment_code,
        meetmoment_number,
        cutoff_date,
        measure_code,
        mt_number,
        kind,
        due_on,
        is_registered,
        {{ agreed_status('self_reported_status', 'not_reported') }} as self_reported_status,
        {{ agreed_status('assessed_status', 'not_assessed') }} as assessed_status,
        count(distinct project_code) as project_count,
        max(milestones_after_quarter_count) as milestones_after_quarter_count,
        sum(warning_count) as warning_count
    from links
    group by
        plan_code, meetmoment_code, meetmoment_number, cutoff_date, measure_code, mt_number, kind, due_on, is_registered

)

select * from final
