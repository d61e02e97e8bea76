-- One row per transition that clusters of the plan contribute to.
with

final as (

    select
        transition_code,
        label_nl,
        label_en
    from {{ ref('reg_transition') }}

)

select * from final
