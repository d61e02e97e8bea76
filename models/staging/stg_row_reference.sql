-- One row per record row and field that names a cluster or an indicator: whether what it names is in the register.
with

keys as (

    select
        cells.row_id,
        cells.record,
        cells.field,
        cells.canonical,
        submissions.plan_code,
        submissions.withdrawn_at
    from {{ ref('stg_cell') }} as cells
    inner join {{ ref('stg_submission') }} as submissions on cells.submission_id = submissions.submission_id
    where cells.field in ('cluster_code', 'indicator_code') and cells.canonical is not null

),

registers as (

    select plan_code from {{ ref('plan') }} where has_project_register

),

clusters as (

    select distinct
        plan_code,
        cluster_code
    from {{ ref('cluster') }}

),

indicators as (

    select
        plan_code,
        indicator_code
    from {{ ref('indicator') }}
    union
    select
        plan_code,
        canonical as indicator_code
    from keys
    where record = 'indicator' and field = 'indicator_code' and withdrawn_at is null

),

-- A plan that registers no indicator itself leaves them to its deliveries: its values are never set apart for it.
indicator_registers as (

    select distinct plan_code from {{ ref('indicator') }}

),

final as (

    select
        keys.row_id,
        keys.record,
        keys.field,
        case
            when keys.field <> 'cluster_code' or registers.plan_code is null then true
            else clusters.cluster_code is not null
        end as is_cluster_registered,
        case
            when keys.field <> 'indicator_code' or indicator_registers.plan_code is null then true
            else indicators.indicator_code is not null
        end as is_indicator_registered
    from keys
    left join registers on keys.plan_code = registers.plan_code
    left join clusters
        on keys.field = 'cluster_code'
        and keys.plan_code = clusters.plan_code
        and keys.canonical = clusters.cluster_code
    left join indicator_registers on keys.plan_code = indicator_registers.plan_code
    left join indicators
        on keys.field = 'indicator_code'
        and keys.plan_code = indicators.plan_code
        and keys.canonical = indicators.indicator_code

)

select * from final
