-- One row per meetmoment, scope and project: the change of its amounts since the previous meetmoment.
with

changes as (

    select * from {{ ref('agg_finance_change_by_project') }}

),

meetmomenten as (

    select * from {{ ref('dim_meetmoment') }}

),

-- A project that left the scope takes its amount along: it stands here at the meetmoment at which it is gone.
final as (

    select
        changes.meetmoment_code,
        meetmomenten.cutoff_date,
        changes.scope_code,
        changes.project_code,
        sum(coalesce(changes.current_eur, 0) - coalesce(changes.previous_eur, 0))
            filter (where changes.measure = 'committed') as committed_change_eur,
        sum(coalesce(changes.current_eur, 0) - coalesce(changes.previous_eur, 0))
            filter (where changes.measure = 'paid') as paid_change_eur
    from changes
    inner join meetmomenten using (meetmoment_code)
    where changes.previous_meetmoment_code is not null
    group by changes.meetmoment_code, meetmomenten.cutoff_date, changes.scope_code, changes.project_code

)

select * from final
