-- One row per cluster, from the register or, where a plan has none, from what was delivered.
with

delivered as (

    select
        cluster_code,
        arg_max(speerpunt_code, meetmoment_number) as speerpunt_code,
        arg_max(cluster_label_nl, meetmoment_number) as label_nl,
        arg_max(cluster_label_en, meetmoment_number) as label_en
    from {{ ref('int_project') }}
    group by cluster_code

),

register as (

    select * from {{ ref('reg_cluster') }}

),

final as (

    select
        delivered.cluster_code,
        delivered.speerpunt_code,
        delivered.label_nl,
        delivered.label_en,
        register.valid_from_meetmoment,
        register.valid_to_meetmoment
    from delivered
    left join register using (cluster_code)

)

select * from final
