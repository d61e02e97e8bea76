-- One row per code of the scale its project statuses come from.
with

codes as (

    select * from {{ ref('reg_code') }}

),

final as (

    select *
    from codes
    where code_list = coalesce((select code_list from {{ ref('reg_status_scale') }}), 'project_status')

)

select * from final
