-- One row per figure that a sentence may name, on the published scope of the meetmoment, beside the meetmoment before on the same projects.
with

this as (

    select previous_meetmoment_code is null as is_first
    from dim_meetmoment
    where meetmoment_code = getvariable('meetmoment')

),

-- Where some told an amount at one of the two only, the change is of those that told it at both; the sums are of all.
headlines as (

    select
        figures.measure || '.' || figures.item as fact,
        figures.figure,
        figures.numerator,
        figures.denominator,
        figures.unit,
        if(figures.execution = 'not_applicable', figures.unit, 'EUR') as parts_unit,
        changes.previous_figure as previous,
        changes.change,
        changes.compared_count as compared,
        case
            when changes.previous_figure is null and this.is_first then 'first'
            when changes.previous_figure is null then 'none_before'
            when not changes.is_like_for_like then 'other_scope'
            when round(changes.change - (figures.figure - changes.previous_figure), 2) <> 0 then 'of_some'
            when round(changes.change, 2) > 0 then 'rose'
            when round(changes.change, 2) < 0 then 'fell'
            else 'same'
        end as trend,
        figures.trace_key
    from agg_headline_figure_by_scope as figures
    cross join this
    left join agg_headline_change as changes
        on figures.meetmoment_code = changes.meetmoment_code
        and figures.scope_code = changes.scope_code
        and figures.execution = changes.execution
        and figures.measure = changes.measure
        and figures.item = changes.item
        and changes.previous_meetmoment_code = getvariable('previous')
    where
        figures.meetmoment_code = getvariable('meetmoment')
        and (
            (figures.execution = 'not_applicable' and figures.scope_code = getvariable('scope'))
            or (
                figures.execution = getvariable('execution')
                and figures.scope_code = getvariable('money_scope')
                and figures.measure not like 'milestone%'
            )
            or figures.measure = 'rrf_project_count'
        )

),

-- Money of the meetmoment before, as it was when first complete and as it is now known.
restated as (

    select
        measure || '.restated_before' as fact,
        nullif(restated_eur, 0) as figure,
        first_complete_eur as previous,
        'EUR' as unit,
        trace_key
    from agg_finance_first_complete
    where
        meetmoment_code = getvariable('previous')
        and scope_code = getvariable('money_scope')
        and measure in ('committed', 'paid')

),

fallen as (

    select
        measure || '.decrease' as fact,
        nullif(-decrease_eur, 0) as figure,
        'EUR' as unit,
        trace_key
    from agg_finance_change
    where
        meetmoment_code = getvariable('meetmoment')
        and scope_code = getvariable('money_scope')

),

fallen_projects as (

    select
        amounts.measure || '.fallen_projects' as fact,
        count(distinct amounts.project_code) as figure,
        'projects' as unit,
        list(distinct amounts.project_code order by amounts.project_code) as words_nl,
        list(distinct amounts.project_code || ': ' || changes.reason order by amounts.project_code || ': ' || changes.reason)
            filter (where changes.reason is not null) as reasons
    from agg_finance_change_by_project as amounts
    left join what_changed as changes
        on amounts.meetmoment_code = changes.meetmoment_code
        and amounts.project_code = changes.project_code
        and changes.comparison = 'movement'
        and starts_with(changes.record_key, amounts.project_code || '|' || amounts.measure || '|')
    where
        amounts.meetmoment_code = getvariable('meetmoment')
        and amounts.scope_code = getvariable('money_scope')
        and amounts.decrease_eur <> 0
    group by amounts.measure

),

money_scope as (

    select
        'money_scope.projects' as fact,
        sum(project_count) as figure,
        'projects' as unit,
        first(trace_key) as trace_key
    from agg_finance_by_meetmoment
    where meetmoment_code = getvariable('meetmoment')
    having count(*) > 0

),

missing_amounts as (

    select
        measure || '.missing' as fact,
        nullif(figure, 0) as figure,
        'projects' as unit,
        trace_key
    from (
        select committed_missing_count, paid_missing_count, trace_key
        from agg_finance_by_meetmoment
        where meetmoment_code = getvariable('meetmoment')
    )
    unpivot (figure for measure in (committed_missing_count as committed, paid_missing_count as paid))

),

scopes as (

    select
        'scope.' || 'now' as fact,
        scopes.label_nl,
        scopes.label_en
    from dim_scope as scopes
    where scopes.scope_code = getvariable('scope')
    union all
    select
        'scope.money',
        scopes.label_nl,
        scopes.label_en
    from dim_scope as scopes
    where scopes.scope_code = getvariable('money_scope')

),

scope_sizes as (

    select
        'scope.changed' as fact,
        count(*) filter (where members.meetmoment_code = getvariable('meetmoment')) as figure,
        nullif(count(*) filter (where members.meetmoment_code = getvariable('previous')), 0) as previous
    from bridge_scope_project as members
    inner join dim_meetmoment as published
        on members.meetmoment_code = published.meetmoment_code
        and members.scope_code = published.counts_scope_code

),

-- Why projects came or went, where the register or the returns say so.
scope_reasons as (

    select
        'scope.reason' as fact,
        count(distinct project_code) as figure,
        list(distinct reason_nl order by reason_nl) as words_nl,
        list(distinct reason_en order by reason_en) as words_en
    from fct_project_event
    where
        meetmoment_code = getvariable('meetmoment')
        and event_type in ('added', 'returned', 'dropped', 'merged', 'split')
        and reason_source not in ('not_given', 'start')
    having count(*) > 0

),

speerpunten as (

    select
        shares.speerpunt_code as code,
        money.committed_of_initial_pct as committed_pct,
        100.0 * shares.started_count / nullif(shares.milestone_count, 0) as started_pct,
        100.0 * shares.future_count / nullif(shares.milestone_count, 0) as future_pct,
        100.0 * shares.delayed_count / nullif(shares.milestone_count, 0) as delayed_pct,
        100.0 * shares.realised_count / nullif(shares.milestone_count, 0) as realised_pct,
        shares.on_schedule_or_realised_of_all_pct as on_track_pct,
        shares.trace_key,
        money.trace_key as money_trace_key
    from agg_milestones_by_speerpunt as shares
    left join agg_finance_by_speerpunt as money using (meetmoment_code, speerpunt_code)
    where shares.meetmoment_code = getvariable('meetmoment')

),

-- The speerpunt that has the largest share; where several have it, none is singled out.
ranked as (

    select
        fact,
        code,
        pct as figure,
        trace_key
    from (
        select 'speerpunt.most_future' as fact, code, future_pct as pct, trace_key from speerpunten
        union all
        select 'speerpunt.most_delayed', code, delayed_pct, trace_key from speerpunten
        union all
        select 'speerpunt.most_realised', code, realised_pct, trace_key from speerpunten
        union all
        select 'speerpunt.most_on_track', code, on_track_pct, trace_key from speerpunten
    )
    where pct is not null
    qualify
        pct = max(pct) over (partition by fact)
        and count(*) over (partition by fact, pct) = 1
        and count(*) over (partition by fact) > 1

),

-- The band of ten percent in which most speerpunten have started their milestones; all of them is in the last one.
bands as (

    select
        'speerpunt.started_band' as fact,
        count(*) as figure,
        10 * band as previous,
        10 * band + 10 as numerator,
        (select count(*) from speerpunten) as denominator
    from (select least(floor(started_pct / 10), 9) as band from speerpunten where started_pct is not null)
    group by band
    order by figure desc, previous desc
    limit 1

),

plan_share as (

    select max(figure) as pct from headlines where fact = 'committed_share.total'

),

committed_sides as (

    select
        if(committed_pct > plan_share.pct, 'speerpunt.committed_above', 'speerpunt.committed_below') as fact,
        if(committed_pct > plan_share.pct, min(committed_pct), max(committed_pct)) as figure,
        list(code order by code) as words_nl,
        if(
            committed_pct > plan_share.pct,
            first(money_trace_key order by committed_pct, code),
            first(money_trace_key order by committed_pct desc, code)
        ) as trace_key
    from speerpunten, plan_share
    where committed_pct is not null
    group by committed_pct > plan_share.pct

),

clusters as (

    select
        labels.label_nl,
        labels.label_en,
        shares.committed_of_initial_pct as pct,
        coalesce(shares.budget_transfer_eur > 0 and shares.committed_eur <= shares.budget_current_eur, false)
            as is_by_transfers,
        shares.trace_key
    from agg_finance_by_cluster as shares
    inner join dim_cluster as labels using (cluster_code)
    where
        shares.meetmoment_code = getvariable('meetmoment')
        and shares.committed_of_initial_pct is not null

),

cluster_sides as (

    select
        case when pct = 0 then 'cluster.nothing' else 'cluster.half' end as fact,
        count(*) as figure,
        list(label_nl order by pct desc, label_nl) as words_nl,
        list(label_en order by pct desc, label_en) as words_en
    from clusters
    where pct = 0 or pct > 50
    group by pct = 0

),

clusters_over as (

    select
        if(is_by_transfers, 'cluster.over_by_transfers', 'cluster.over') as fact,
        count(*) as figure
    from clusters
    where pct > 100
    group by is_by_transfers

),

milestone_moves as (

    select
        'milestones.' || side as fact,
        figure,
        'milestones' as unit,
        trace_key
    from (
        select new_count, moved_count, gone_count, trace_key
        from agg_milestone_changes
        where meetmoment_code = getvariable('meetmoment') and scope_code = getvariable('scope')
    )
    unpivot (figure for side in (new_count as added, moved_count as moved, gone_count as gone))

),

quality as (

    select
        'quality.warnings' as fact,
        count(*) as figure
    from fct_finding
    where meetmoment_code = getvariable('meetmoment') and severity = 'warning' and not is_waived

),

days as (

    select
        'meetmoment.cutoff' as fact,
        cutoff_date as day
    from dim_meetmoment
    where meetmoment_code = getvariable('meetmoment')
    union all
    select
        'meetmoment.before',
        cutoff_date
    from dim_meetmoment
    where meetmoment_code = getvariable('previous')

),

final as (

    select *, null::varchar[] as words_nl, null::varchar[] as words_en, null::date as day from headlines
    union all by name
    select * from restated
    union all by name
    select * from fallen
    union all by name
    select fact, figure, unit, words_nl, words_nl as words_en, reasons as reason_nl, reasons as reason_en from fallen_projects
    union all by name
    select * from money_scope
    union all by name
    select * from missing_amounts
    union all by name
    select fact, [label_nl] as words_nl, [label_en] as words_en from scopes
    union all by name
    select *, 'projects' as unit, case when previous is null then 'first' when figure = previous then 'same' else 'other_scope' end as trend, figure - previous as change from scope_sizes
    union all by name
    select * from scope_reasons
    union all by name
    select fact, figure, 'percent' as unit, [code] as words_nl, [code] as words_en, trace_key from ranked
    union all by name
    select * from bands
    union all by name
    select fact, figure, 'percent' as unit, words_nl, words_nl as words_en, trace_key from committed_sides
    union all by name
    select * from cluster_sides
    union all by name
    select * from clusters_over
    union all by name
    select * from milestone_moves
    union all by name
    select * from quality
    union all by name
    select * from days

)

select * from final
