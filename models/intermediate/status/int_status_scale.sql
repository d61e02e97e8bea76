-- One row per plan and code of the scale its project statuses come from.
with

plans as (

    select * from {{ ref('plan') }}

),

own_scales as (

    select * from {{ ref('status_scale') }}

),

codes as (

    select * from {{ ref('code') }}

),

final as (

    select
        plans.plan_code,
        codes.*
    from plans
    left join own_scales on plans.plan_code = own_scales.plan_code
    inner join codes on coalesce(own_scales.code_list, 'project_status') = codes.code_list

)

select * from final
