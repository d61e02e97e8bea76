-- One row per meetmoment, scope and measure: provisional amount when first complete beside the amount now.
with

amounts as (

    select * from {{ ref('int_finance_first_complete') }}

),

completions as (

    select * from {{ ref('int_meetmoment_completion') }}

),

summed as (

    select
        meetmoment_code,
        scope_code,
        measure,
        count(first_complete_eur) as first_complete_project_count,
        sum(first_complete_eur) as first_complete_eur,
        count(current_eur) as project_count,
        sum(current_eur) as current_eur,
        count(*) filter (where first_complete_eur is distinct from current_eur) as restated_project_count,
        sum(warning_count) as warning_count
    from amounts
    group by meetmoment_code, scope_code, measure

),

-- Where nothing was known then, nothing was restated since.
final as (

    select
        summed.meetmoment_code,
        summed.scope_code,
        summed.measure,
        completions.first_complete_at,
        case when summed.first_complete_eur is not null then summed.first_complete_project_count end
            as first_complete_project_count,
        cast(summed.first_complete_eur as decimal(18, 2)) as first_complete_eur,
        summed.project_count,
        cast(summed.current_eur as decimal(18, 2)) as current_eur,
        cast(coalesce(summed.current_eur, 0) - summed.first_complete_eur as decimal(18, 2)) as restated_eur,
        case when summed.first_complete_eur is not null then summed.restated_project_count end
            as restated_project_count,
        cast(summed.warning_count as bigint) as warning_count
    from summed
    left join completions using (meetmoment_code)

)

select * from final
