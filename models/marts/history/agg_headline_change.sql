-- One row per headline figure and scope, beside the meetmoment before; a change only on the same projects.
with

figures as (

    select * from {{ ref('agg_headline_figure') }}

),

members as (

    select * from {{ ref('bridge_scope_project') }}

),

meetmomenten as (

    select
        meetmoment_key,
        lag(meetmoment_key) over (partition by plan_code order by meetmoment_number) as previous_meetmoment_key
    from {{ ref('dim_meetmoment') }}

),

scopes as (

    select * from {{ ref('dim_scope') }}

),

sizes as (

    select
        meetmoment_key,
        scope_key,
        count(*) as project_count
    from members
    group by meetmoment_key, scope_key

),

shared as (

    select
        now.meetmoment_key,
        now.scope_key,
        count(*) as in_both_count
    from members as now
    inner join meetmomenten on now.meetmoment_key = meetmomenten.meetmoment_key
    inner join members as before
        on meetmomenten.previous_meetmoment_key = before.meetmoment_key
        and now.scope_key = before.scope_key
        and now.project_key = before.project_key
    group by now.meetmoment_key, now.scope_key

),

compared as (

    select
        figures.*,
        meetmomenten.previous_meetmoment_key,
        scopes.member_of_meetmoment is not null as is_constant_scope,
        before.figure as previous_figure,
        before.numerator as previous_numerator,
        before.denominator as previous_denominator,
        -- Two changes that follow each other share the amounts of the meetmoment between them; these count once.
        figures.warning_count + before.warning_count - coalesce(between_changes.warning_count, 0)
            as warnings_of_both,
        sizes.project_count,
        previous_sizes.project_count as previous_project_count,
        sizes.project_count - coalesce(shared.in_both_count, 0) as entered_count,
        previous_sizes.project_count - coalesce(shared.in_both_count, 0) as left_count
    from figures
    inner join meetmomenten on figures.meetmoment_key = meetmomenten.meetmoment_key
    inner join scopes on figures.scope_key = scopes.scope_key
    inner join figures as before
        on meetmomenten.previous_meetmoment_key = before.meetmoment_key
        and figures.scope_key = before.scope_key
        and figures.execution = before.execution
        and figures.measure = before.measure
        and figures.item = before.item
    left join figures as between_changes
        on meetmomenten.previous_meetmoment_key = between_changes.meetmoment_key
        and figures.scope_key = between_changes.scope_key
        and figures.execution = between_changes.execution
        and figures.measure = between_changes.measure || '_change'
        and figures.item = between_changes.item
    inner join sizes
        on figures.meetmoment_key = sizes.meetmoment_key
        and figures.scope_key = sizes.scope_key
    inner join sizes as previous_sizes
        on meetmomenten.previous_meetmoment_key = previous_sizes.meetmoment_key
        and figures.scope_key = previous_sizes.scope_key
    left join shared
        on figures.meetmoment_key = shared.meetmoment_key
        and figures.scope_key = shared.scope_key

),

final as (

    select
        meetmoment_key,
        previous_meetmoment_key,
        scope_key,
        execution,
        measure,
        item,
        unit,
        is_constant_scope,
        entered_count = 0 and left_count = 0 as is_like_for_like,
        project_count,
        previous_project_count,
        entered_count,
        left_count,
        figure,
        previous_figure,
        cast(
            case when entered_count = 0 and left_count = 0 then figure - previous_figure end as decimal(32, 6)
        ) as change,
        numerator,
        denominator,
        previous_numerator,
        previous_denominator,
        cast(warnings_of_both as bigint) as warning_count
    from compared

)

select * from final
