-- One row per meetmoment and project of the published scope: status as reported and as computed by the rules, and why.
with

statuses as (

    select * from {{ ref('fct_project_status_as_returned') }}

),

members as (

    select * from {{ ref('bridge_scope_project') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

final as (

    select statuses.*
    from statuses
    inner join meetmomenten using (meetmoment_code)
    inner join members
        on statuses.meetmoment_code = members.meetmoment_code
        and statuses.project_code = members.project_code
        and meetmomenten.counts_scope_code = members.scope_code

)

select * from final
