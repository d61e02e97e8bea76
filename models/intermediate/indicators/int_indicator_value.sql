-- One row per meetmoment and part of an indicator (project, territory) that a value is expected of.
with

returned as (

    select * from {{ with_warnings('int_indicator_value_version') }} where is_current

),

-- What was returned in a row that an error sets apart is not nothing. Of what a row without a key says nobody knows the
-- part.
set_apart as (

    select
        rows_set_apart.meetmoment_code,
        rows_set_apart.meetmoment_number,
        rows_set_apart.record_key,
        received.indicator_code,
        received.project_code,
        received.territory,
        received.measured_on
    from {{ ref('int_row_not_counted') }} as rows_set_apart
    inner join {{ ref('stg_indicator_value') }} as received using (row_id)
    where rows_set_apart.record_key is not null

),

indicators as (

    select * from {{ ref('int_indicator') }}

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

projects as (

    select * from {{ ref('int_project') }}

),

-- A plan may deliver values of its own (of no project) at a meetmoment for which it delivers no projects.
delivered_meetmomenten as (

    select meetmoment_code
    from projects
    union
    select meetmoment_code
    from returned

),

stated as (

    {% for source in ['returned', 'set_apart'] -%}
    select
        record_key,
        indicator_code,
        project_code,
        territory,
        measured_on,
        meetmoment_number
    from {{ source }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

parts as (

    select
        record_key,
        indicator_code,
        project_code,
        territory,
        measured_on,
        min(meetmoment_number) as first_number
    from stated
    group by record_key, indicator_code, project_code, territory, measured_on

),

-- A part that was returned once is expected from then on, as long as its project is in the plan.
expected as (

    select
        meetmomenten.meetmoment_code,
        meetmomenten.meetmoment_number,
        meetmomenten.cutoff_date,
        parts.record_key,
        parts.indicator_code,
        parts.project_code,
        parts.territory,
        parts.measured_on,
        projects.speerpunt_code
    from parts
    inner join meetmomenten on parts.first_number <= meetmomenten.meetmoment_number
    inner join delivered_meetmomenten on meetmomenten.meetmoment_code = delivered_meetmomenten.meetmoment_code
    left join projects
        on meetmomenten.meetmoment_code = projects.meetmoment_code
        and parts.project_code = projects.project_code
    where parts.project_code is null or projects.project_code is not null

),

-- A state that the return itself gives goes before the value: what is withheld must not be shown.
valued as (

    select
        expected.*,
        indicators.version_number,
        indicators.direction,
        indicators.periodicity_months,
        indicators.availability_delay_days,
        returned.baseline,
        returned.target,
        returned.target_date,
        case
            when coalesce(returned.value_state, 'reported') <> 'reported' then returned.value_state
            when returned.actual_state is null and set_apart.record_key is not null then 'set_apart'
            else coalesce(returned.actual_state, 'not_reported')
        end as value_state,
        case when coalesce(returned.value_state, 'reported') = 'reported' then returned.actual end as actual,
        returned.actual_reason as value_reason,
        returned.explanation,
        returned.explanation is not null as has_explanation,
        returned.known_from,
        returned.submission_id,
        returned.sheet,
        returned.row_number,
        coalesce(returned.warning_count, 0) as warning_count
    from expected
    inner join indicators
        on expected.indicator_code = indicators.indicator_code
        and {{ describes_on('indicators', 'expected.cutoff_date') }}
    left join returned using (meetmoment_code, record_key)
    left join set_apart using (meetmoment_code, record_key)

),

looked_back as (

    select
        *,
        lag(target) over series as previous_target,
        last_value(actual ignore nulls) over before_this as previous_actual,
        max(case when actual is not null then cutoff_date end) over up_to_this as value_date
    from valued
    window
        series as (partition by record_key order by meetmoment_number),
        before_this as (
            partition by record_key order by meetmoment_number
            rows between unbounded preceding and 1 preceding
        ),
        up_to_this as (
            partition by record_key order by meetmoment_number
            rows between unbounded preceding and current row
        )

),

final as (

    select
        * exclude (direction, periodicity_months, availability_delay_days),
        actual - previous_actual as change_since_previous,
        coalesce(target <> previous_target, false) as is_target_changed,
        {{ progress_state('actual', 'baseline', 'target', 'direction') }} as progress_state,
        {{ progress_pct('actual', 'baseline', 'target', 'direction') }} as progress_pct,
        {{ target_reached('actual', 'baseline', 'target', 'direction') }} as is_target_reached,
        {{ next_expected_on('value_date', 'periodicity_months', 'availability_delay_days') }} as next_expected_on
    from looked_back

)

select * from final
