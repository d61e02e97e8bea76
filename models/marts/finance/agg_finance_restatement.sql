-- One row per meetmoment, scope, measure and unit (plan, speerpunt or cluster): provisional beside final.
with

amounts as (

    select * from {{ with_warnings('int_finance_execution', ['provisional_row_id', 'final_row_id']) }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

placed as (

    select
        members.scope_code,
        amounts.*
    from members
    inner join amounts using (meetmoment_code, project_code)

),

summed as (

    select
        meetmoment_code,
        scope_code,
        measure,
        case
            when grouping(cluster_code) = 0 then 'cluster'
            when grouping(speerpunt_code) = 0 then 'speerpunt'
            else 'plan'
        end as level,
        speerpunt_code,
        cluster_code,
        count(*) as project_count,
        count(provisional_eur) as provisional_count,
        count(final_eur) as final_count,
        count(restated_eur) as both_count,
        count(*) filter (where restated_eur <> 0) as restated_count,
        sum(provisional_eur) as provisional_eur,
        sum(final_eur) as final_eur,
        sum(restated_eur) as restated_eur,
        sum(warning_count) as warning_count
    from placed
    group by grouping sets (
        (meetmoment_code, scope_code, measure),
        (meetmoment_code, scope_code, measure, speerpunt_code),
        (meetmoment_code, scope_code, measure, speerpunt_code, cluster_code)
    )

),

final as (

    select
        meetmoment_code,
        scope_code,
        measure,
        level,
        speerpunt_code,
        cluster_code,
        project_count,
        provisional_count,
        final_count,
        both_count,
        restated_count,
        cast(provisional_eur as decimal(18, 2)) as provisional_eur,
        cast(final_eur as decimal(18, 2)) as final_eur,
        cast(restated_eur as decimal(18, 2)) as restated_eur,
        cast(warning_count as bigint) as warning_count
    from summed

)

select * from final
