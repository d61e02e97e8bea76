-- One row per accepted amount that held, beside the same amount earlier, its provisional form and its limit then.
with

amounts as (

    {{ beside_each_other(ref('int_finance_candidate'), 'project_code') }}

),

projects as (

    select * from {{ ref('int_project_candidate') }}

),

-- An amount of another order that was let through is the measure of what follows it.
waived as (

    select distinct candidates.row_id
    from {{ ref('int_finance_candidate') }} as candidates
    inner join {{ ref('int_verdict') }} as submissions using (submission_id)
    inner join {{ ref('reg_waiver') }} as waivers
        on {{ is_covered('waivers', 'candidates', 'submissions.received_on') }}
    where waivers.rule_id = 'DQ13D'

),

beside as (

    select
        *,
        {{ previous('amount_eur') }} as previous_amount_eur,
        {{ is_newly_explained() }} as is_newly_explained,
        max(case when measure = 'budget' then amount_eur end) over project as budget_eur,
        max(case when measure = 'committed' then amount_eur end) over project as committed_eur,
        max(case when execution = 'provisional' then amount_eur end) over amount as provisional_amount_eur
    from amounts
    window
        earlier as (partition by judged_at, record_key order by meetmoment_number),
        project as (partition by judged_at, meetmoment_number, project_code, execution),
        amount as (partition by judged_at, meetmoment_number, project_code, measure)

),

limited as (

    select
        beside.*,
        coalesce(beside.budget_eur, projects.budget_initial_eur) as budget_limit_eur,
        case beside.measure
            when 'paid' then beside.committed_eur
            when 'committed' then coalesce(beside.budget_eur, projects.budget_initial_eur)
        end as limit_eur,
        cast(beside.amount_eur as double) / coalesce(
            nullif(projects.budget_initial_eur, 0),
            first_value(nullif(beside.amount_eur, 0) ignore nulls) over so_far
        ) as initial_factor,
        waived.row_id is not null as is_waived
    from beside
    left join projects
        on beside.meetmoment_code = projects.meetmoment_code
        and beside.project_code = projects.project_code
        and beside.judged_at > projects.known_from
        and beside.judged_at <= {{ or_never('projects.known_to') }}
    left join waived on beside.row_id = waived.row_id
    window
        so_far as (
            partition by beside.judged_at, beside.record_key
            order by beside.meetmoment_number
            rows between unbounded preceding and current row
        )

),

-- The earlier amount whose order of magnitude is known: two returns in thousands do not vouch for each other, and one
-- does not have the right ones after it set apart. Of a budget it is the latest of the order of the initial one; of
-- what is committed and paid the largest within the budget, since these only grow.
measured as (

    select
        *,
        coalesce(
            last_value(case when is_waived then amount_eur end ignore nulls) over before_this,
            case
                when measure = 'budget'
                    then last_value(
                        case when {{ magnitude_shift('initial_factor') }} = 'none' then nullif(amount_eur, 0) end
                        ignore nulls
                    ) over before_this
                else
                    coalesce(
                        max(case when amount_eur <= budget_limit_eur then nullif(amount_eur, 0) end) over before_this,
                        previous_amount_eur
                    )
            end
        ) as known_amount_eur
    from limited
    window
        before_this as (
            partition by judged_at, record_key
            order by meetmoment_number
            rows between unbounded preceding and 1 preceding
        )

),

grown as (

    select
        *,
        cast(amount_eur as double) / nullif(known_amount_eur, 0) as growth_factor
    from measured
    where is_judged

),

-- Euros for thousands or millions. What is spent may honestly grow a thousandfold, but not past its budget.
sized as (

    select
        *,
        case
            when not (measure = 'budget' or growth_factor < 1 or amount_eur > budget_limit_eur) then 'none'
            else {{ magnitude_shift('growth_factor') }}
        end as magnitude_shift
    from grown

),

-- An amount of another order of magnitude is told as that: neither it nor what it would limit is compared further.
compared as (

    select
        *,
        magnitude_shift = 'none' as is_compared,
        case measure
            when 'paid' then bool_or(measure = 'committed' and magnitude_shift <> 'none') over project
            when 'committed' then bool_or(measure = 'budget' and magnitude_shift <> 'none') over project
            else false
        end as is_limit_doubted
    from sized
    window project as (partition by judged_at, meetmoment_number, project_code, execution)

),

-- Differences in whole cents, since the judge of them reckons in floats. Only what holds is flagged; what was set apart
-- for its magnitude is so whatever came after it.
final as (

    select
        row_id,
        meetmoment_code,
        measure,
        execution,
        amount_eur,
        previous_amount_eur,
        known_amount_eur,
        limit_eur,
        provisional_amount_eur,
        case
            when is_current and is_compared and measure in ('committed', 'paid')
                then cast((previous_amount_eur - amount_eur) * 100 as bigint)
        end as fallen_cents,
        case
            when is_current and is_compared and not is_limit_doubted
                then cast((amount_eur - limit_eur) * 100 as bigint)
        end as excess_cents,
        case
            when is_current and is_compared then cast((amount_eur - provisional_amount_eur) * 100 as bigint)
        end as restated_cents,
        magnitude_shift,
        provisional_amount_eur is not null or amount_eur is null or not is_current as has_provisional,
        case
            when
                is_current and amount_eur is null and amount_eur_state = 'not_reported'
                and measure in ('budget', 'committed', 'paid')
                then previous_amount_eur
        end as emptied_eur,
        explanation is not null as is_explained,
        is_newly_explained
    from compared

)

select * from final
