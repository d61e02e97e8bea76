-- One row per plan and cluster, from the register or, where a plan has none, from what was delivered.
with

delivered as (

    select
        plan_code,
        cluster_code,
        arg_max(speerpunt_code, meetmoment_number) as speerpunt_code,
        arg_max(cluster_label_nl, meetmoment_number) as label_nl,
        arg_max(cluster_label_en, meetmoment_number) as label_en
    from {{ ref('int_project') }}
    group by plan_code, cluster_code

),

register as (

    select * from {{ ref('cluster') }}

),

final as (

    select
        delivered.plan_code || '/' || delivered.cluster_code as cluster_key,
        delivered.plan_code,
        delivered.cluster_code,
        delivered.plan_code || '/' || delivered.speerpunt_code as speerpunt_key,
        delivered.label_nl,
        delivered.label_en,
        register.valid_from_meetmoment,
        register.valid_to_meetmoment
    from delivered
    left join register
        on delivered.plan_code = register.plan_code
        and delivered.cluster_code = register.cluster_code

)

select * from final
