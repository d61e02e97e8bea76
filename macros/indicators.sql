{# Whether the target lies on the side of its baseline from which the indicator should go away; false where not known. #}
{% macro target_against_direction(baseline, target, direction) -%}
    coalesce(
        ({{ direction }} = 'up' and {{ target }} < {{ baseline }})
        or ({{ direction }} = 'down' and {{ target }} > {{ baseline }}),
        false
    )
{%- endmacro %}

{# Whether a version of the description of an indicator is the one of a day: the first holds for all days before it too. #}
{% macro describes_on(version, day) -%}
    ({{ version }}.version_number = 1 or {{ day }} >= {{ version }}.valid_from)
    and ({{ version }}.valid_to is null or {{ day }} < {{ version }}.valid_to)
{%- endmacro %}

{# Why there is or is no progress: computed, or what stands in its way. #}
{% macro progress_state(actual, baseline, target, direction) -%}
    case
        when {{ actual }} is null then 'no_value'
        when {{ baseline }} is null then 'no_baseline'
        when {{ target }} is null then 'no_target'
        when {{ target }} = {{ baseline }} then 'no_distance'
        when {{ target_against_direction(baseline, target, direction) }} then 'target_against_direction'
        else 'computed'
    end
{%- endmacro %}

{# How far from baseline to target, in percent; the same for indicators that should go down. Empty unless computed. #}
{% macro progress_pct(actual, baseline, target, direction) -%}
    case when {{ progress_state(actual, baseline, target, direction) }} = 'computed' then
        cast(
            round(100.0 * ({{ actual }} - {{ baseline }}) / nullif({{ target }} - {{ baseline }}, 0), 4)
            as decimal(38, 4)
        )
    end
{%- endmacro %}

{# Whether the value is at its target or past it, in the direction it should go. One that lies the other way is a slip, and
   every value would be past it: empty there. #}
{% macro target_reached(actual, baseline, target, direction) -%}
    case
        when {{ progress_state(actual, baseline, target, direction) }} = 'target_against_direction' then null
        when {{ direction }} = 'up' then {{ actual }} >= {{ target }}
        when {{ direction }} = 'down' then {{ actual }} <= {{ target }}
    end
{%- endmacro %}

{# The day on which the value after this one can be had: one period on, month ends staying month ends, and the delay. #}
{% macro next_expected_on(value_date, months, delay_days) -%}
    cast(
        case
            when {{ value_date }} = last_day({{ value_date }})
                then last_day(cast({{ value_date }} + to_months({{ months }}) as date))
            else cast({{ value_date }} + to_months({{ months }}) as date)
        end + {{ delay_days }}
        as date
    )
{%- endmacro %}
