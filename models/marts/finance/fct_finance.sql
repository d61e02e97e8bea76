-- One row per meetmoment and project of the published scope of money: its amounts in euro, cumulative, as published.
with

amounts as (

    select * from {{ ref('fct_finance_by_execution') }}

),

members as (

    select * from {{ ref('bridge_scope_project') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

final as (

    select amounts.*
    from amounts
    inner join meetmomenten
        on amounts.meetmoment_code = meetmomenten.meetmoment_code
        and amounts.execution = meetmomenten.headline_execution
    inner join members
        on amounts.meetmoment_code = members.meetmoment_code
        and amounts.project_code = members.project_code
        and meetmomenten.money_scope_code = members.scope_code

)

select * from final
