-- One row per meetmoment, scope and indicator: its parts made one by the rule of the registry, or why not.
with

parts as (

    select * from {{ ref('int_indicator_value') }}

),

indicators as (

    select * from {{ ref('int_indicator') }}

),

members as (

    select * from {{ ref('int_project_scope') }}

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

-- A scope without a condition is the whole plan; values that name no project count there alone.
scopes as (

    select
        scope_code,
        funding_type is null and is_rrf is null and member_of_meetmoment is null as is_whole_plan
    from {{ ref('reg_scope') }}

),

-- An indicator is asked for at every meetmoment that was delivered, from the day its description holds.
asked_scopes as (

    select
        members.meetmoment_code,
        members.scope_code,
        max(meetmomenten.meetmoment_number) as meetmoment_number,
        max(meetmomenten.cutoff_date) as cutoff_date
    from members
    inner join meetmomenten using (meetmoment_code)
    group by members.meetmoment_code, members.scope_code

),

asked as (

    select
        asked_scopes.*,
        scopes.is_whole_plan,
        indicators.*
    from asked_scopes
    inner join scopes using (scope_code)
    inner join indicators
        on asked_scopes.cutoff_date >= indicators.valid_from
        and (indicators.valid_to is null or asked_scopes.cutoff_date < indicators.valid_to)

),

scoped_parts as (

    select
        parts.*,
        members.scope_code
    from parts
    inner join members using (meetmoment_code, project_code)
    union all
    select
        parts.*,
        scopes.scope_code
    from parts
    cross join scopes
    where parts.project_code is null and scopes.is_whole_plan

),

counted as (

    select
        meetmoment_code,
        scope_code,
        indicator_code,
        count(*) as part_count,
        count(*) filter (where value_state = 'reported') as reported_count,
        count(*) filter (where value_state = 'not_reported') as not_reported_count,
        count(*) filter (where value_state = 'not_applicable') as not_applicable_count,
        count(*) filter (where value_state = 'withheld') as withheld_count,
        count(*) filter (where value_state = 'set_apart') as set_apart_count,
        string_agg(coalesce(territory, project_code, 'plan'), ', ' order by record_key)
            filter (where {{ is_missing('value_state') }}) as missing_parts,
        count(*) filter (where value_state <> 'not_applicable' and baseline is null) as without_baseline_count,
        count(*) filter (where value_state <> 'not_applicable' and target is null) as without_target_count,
        sum(baseline) as baseline_sum,
        avg(baseline) as baseline_mean,
        arg_max(baseline, (known_from, record_key)) as baseline_last,
        sum(target) as target_sum,
        avg(target) as target_mean,
        arg_max(target, (known_from, record_key)) as target_last,
        sum(actual) as actual_sum,
        avg(actual) as actual_mean,
        arg_max(actual, (known_from, record_key)) filter (where actual is not null) as actual_last,
        max(target_date) as target_date_returned,
        min(next_expected_on) filter (where value_state <> 'not_applicable') as next_expected_on,
        count(*) filter (where value_state <> 'not_applicable' and value_date is null) as never_reported_count,
        min(value_date) filter (where value_state <> 'not_applicable') as oldest_value_date,
        sum(warning_count) as warning_count
    from scoped_parts
    group by meetmoment_code, scope_code, indicator_code

),

ruled as (

    select
        asked.*,
        coalesce(counted.part_count, 0) as part_count,
        coalesce(counted.reported_count, 0) as reported_count,
        coalesce(counted.not_reported_count, 0) as not_reported_count,
        coalesce(counted.not_applicable_count, 0) as not_applicable_count,
        coalesce(counted.withheld_count, 0) as withheld_count,
        coalesce(counted.set_apart_count, 0) as set_apart_count,
        counted.missing_parts,
        coalesce(counted.warning_count, 0) as warning_count,
        coalesce(counted.target_date_returned, asked.target_date) as target_date_known,
        case
            when asked.level = 'context' then 'context_is_never_aggregated'
            when not asked.is_registered then 'not_registered'
            when asked.aggregation is null then 'no_rule'
            when asked.aggregation = 'none' then 'rule_is_none'
            when counted.part_count is null then 'nothing_returned'
            when counted.part_count = counted.not_applicable_count then 'not_applicable'
            when counted.withheld_count > 0 then 'part_withheld'
            when counted.set_apart_count > 0 and (counted.reported_count = 0 or asked.aggregation <> 'last')
                then 'part_set_apart'
            when counted.reported_count = 0 then 'part_not_reported'
            when asked.aggregation <> 'last' and counted.not_reported_count > 0 then 'part_not_reported'
        end as no_value_reason,
        case when counted.without_baseline_count = 0 then
            case asked.aggregation
                when 'sum' then counted.baseline_sum
                when 'mean' then counted.baseline_mean
                when 'last' then counted.baseline_last
            end
        end as baseline_returned,
        case when counted.without_target_count = 0 then
            case asked.aggregation
                when 'sum' then counted.target_sum
                when 'mean' then counted.target_mean
                when 'last' then counted.target_last
            end
        end as target_returned,
        -- One that is withheld could be read from the sum of the others and a total, so that sum is withheld too.
        case when asked.level <> 'context' and counted.withheld_count = 0 then
            case asked.aggregation
                when 'sum' then counted.actual_sum
                when 'mean' then counted.actual_mean
                when 'last' then counted.actual_last
            end
        end as actual_of_reported_parts,
        counted.oldest_value_date,
        case
            when counted.part_count = counted.not_applicable_count then null
            when coalesce(counted.never_reported_count, 1) = 0 then counted.next_expected_on
            else
                {{ next_expected_on('asked.valid_from', 'asked.periodicity_months', 'asked.availability_delay_days') }}
        end as next_expected_on
    from asked
    left join counted using (meetmoment_code, scope_code, indicator_code)
    where asked.is_whole_plan or counted.part_count is not null

),

-- What the registry has is about the whole plan; a narrower scope may hold fewer parts, so there it is not used.
registered as (

    select
        * exclude (baseline, target),
        case when is_whole_plan then baseline end as registered_baseline,
        case when is_whole_plan then target end as registered_target
    from ruled

),

-- What the returns say goes before the registry; both stay to be seen.
aggregated as (

    select
        *,
        cast(coalesce(baseline_returned, registered_baseline) as decimal(28, 6)) as baseline_used,
        cast(coalesce(target_returned, registered_target) as decimal(28, 6)) as target_used,
        case when no_value_reason is null then cast(actual_of_reported_parts as decimal(28, 6)) end as actual
    from registered

),

final as (

    select
        meetmoment_code,
        meetmoment_number,
        cutoff_date,
        scope_code,
        is_whole_plan,
        indicator_code,
        version_number,
        level,
        aggregation,
        part_count,
        reported_count,
        not_reported_count,
        not_applicable_count,
        withheld_count,
        set_apart_count,
        missing_parts,
        no_value_reason,
        case
            when no_value_reason is null then 'reported'
            when no_value_reason = 'not_applicable' then 'not_applicable'
            when no_value_reason = 'nothing_returned' then 'not_reported'
            when no_value_reason = 'part_not_reported' and reported_count = 0 then 'not_reported'
            when no_value_reason = 'part_set_apart' and reported_count = 0 then 'set_apart'
            when no_value_reason = 'part_withheld' then 'withheld'
            -- Its parts may all be there; that they are not made one is a rule, or for want of one of them.
            else 'not_aggregated'
        end as value_state,
        actual,
        cast(actual_of_reported_parts as decimal(28, 6)) as actual_of_reported_parts,
        baseline_used as baseline,
        target_used as target,
        registered_baseline,
        registered_target,
        cast(target_returned - registered_target as decimal(28, 6)) as target_difference,
        case
            when target_returned is not null then 'returns'
            when registered_target is not null then 'registry'
        end as target_origin,
        target_date_known as target_date,
        {{ progress_state('actual', 'baseline_used', 'target_used', 'direction') }} as progress_state,
        {{ progress_pct('actual', 'baseline_used', 'target_used', 'direction') }} as progress_pct,
        {{ target_reached('actual', 'baseline_used', 'target_used', 'direction') }} as is_target_reached,
        oldest_value_date,
        next_expected_on,
        case
            when next_expected_on is null then 'not_applicable'
            when next_expected_on < cutoff_date then 'late'
            when oldest_value_date is null then 'not_yet_due'
            else 'up_to_date'
        end as freshness,
        warning_count
    from aggregated

)

select * from final
