-- One row per meetmoment and subject (counts, money): the scope, and the execution of money, of the published figures.
with

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

final as (

    select
        meetmoment_code,
        meetmoment_number,
        cutoff_date,
        'counts' as subject,
        monitored_scope as scope_code,
        'not_applicable' as execution
    from meetmomenten
    union all
    select
        meetmoment_code,
        meetmoment_number,
        cutoff_date,
        'money' as subject,
        money_scope as scope_code,
        headline_execution as execution
    from meetmomenten

)

select * from final
