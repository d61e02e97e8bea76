-- One row per cluster that was delivered, transition and kernindicator that it contributes to.
with

links as (

    select * from {{ ref('reg_cluster_transition') }}

),

delivered as (

    select cluster_code
    from {{ ref('int_project') }}
    group by cluster_code

),

final as (

    select
        links.cluster_code,
        links.transition_code,
        links.kernindicator_code
    from links
    inner join delivered using (cluster_code)

)

select * from final
