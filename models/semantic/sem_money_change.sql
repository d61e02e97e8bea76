-- One row per plan, meetmoment, scope and project: the change of its amounts since the previous meetmoment.
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
        meetmomenten.plan_code,
        changes.meetmoment_key,
        meetmomenten.cutoff_date,
        changes.scope_key,
        changes.project_key,
        sum(coalesce(changes.current_eur, 0) - coalesce(changes.previous_eur, 0))
            filter (where changes.measure = 'committed') as committed_change_eur,
        sum(coalesce(changes.current_eur, 0) - coalesce(changes.previous_eur, 0))
            filter (where changes.measure = 'paid') as paid_change_eur
    from changes
    inner join meetmomenten on changes.meetmoment_key = meetmomenten.meetmoment_key
    where changes.previous_meetmoment_key is not null
    group by
        meetmomenten.plan_code, changes.meetmoment_key, meetmomenten.cutoff_date, changes.scope_key,
        changes.project_key

)

select * from final
