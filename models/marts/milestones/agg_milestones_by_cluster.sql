-- One row per meetmoment and cluster: milestones by status of the projects published, with both denominators.
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
        cluster_code,
        scope_code,
        {{ milestone_counts() }}
    from counts
    inner join published using (meetmoment_code, scope_code)
    group by meetmoment_code, cluster_code, scope_code

)

select * from final
