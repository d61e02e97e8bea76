-- One row per plan whose night this is: one.
select * from {{ ref('plan') }} where plan_code = '{{ var("plan") }}'
