{# The execution in which amounts are told at their own meetmoment; what they came to in the end is told later. #}
{% macro as_first_told() -%} 'provisional' {%- endmacro %}

{# Of a set of projects, how many report each measure, to how many it does not apply, and of how many it is missing. #}
{% macro answers_counted(measures, of='') -%}
    {% for measure in measures -%}
    count({{ of }}{{ measure }}_eur) as {{ measure }}_reported_count,
    count(*) filter (where {{ of }}{{ measure }}_state = 'not_applicable') as {{ measure }}_not_applicable_count,
    count(*) filter (where {{ is_missing(of ~ measure ~ '_state') }}) as {{ measure }}_missing_count
    {{- ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# How many amounts of a set of projects were returned in a row that an error sets apart. #}
{% macro amounts_set_apart(of='') -%}
    count(*) filter (where {{ of }}committed_state = 'set_apart')
    + count(*) filter (where {{ of }}paid_state = 'set_apart')
{%- endmacro %}

{# The sums of money of a set of projects, in euro, with the shares of the initial budget and how many parts they hold. #}
{% macro finance_sums() -%}
    cast(sum(project_count) as bigint) as project_count,
    cast(sum(committed_reported_count) as bigint) as committed_reported_count,
    cast(sum(committed_not_applicable_count) as bigint) as committed_not_applicable_count,
    cast(sum(committed_missing_count) as bigint) as committed_missing_count,
    cast(sum(paid_reported_count) as bigint) as paid_reported_count,
    cast(sum(paid_not_applicable_count) as bigint) as paid_not_applicable_count,
    cast(sum(paid_missing_count) as bigint) as paid_missing_count,
    cast(sum(budget_initial_eur) as decimal(18, 2)) as budget_initial_eur,
    cast(sum(budget_transfer_eur) as decimal(18, 2)) as budget_transfer_eur,
    cast(sum(budget_current_eur) as decimal(18, 2)) as budget_current_eur,
    cast(sum(budget_difference_eur) as decimal(18, 2)) as budget_difference_eur,
    cast(sum(committed_eur) as decimal(18, 2)) as committed_eur,
    cast(sum(paid_eur) as decimal(18, 2)) as paid_eur,
    cast(sum(forecast_eur) as decimal(18, 2)) as forecast_eur,
    cast(sum(encours_eur) as decimal(18, 2)) as encours_eur,
    {% for measure in ['committed', 'paid'] -%}
    {{ amount_pct('sum(' ~ measure ~ '_eur)', 'sum(budget_initial_eur)') }} as {{ measure }}_of_initial_pct,
    cast(sum({{ measure }}_reporting_budget_eur) as decimal(18, 2)) as {{ measure }}_reporting_budget_eur,
    {{ amount_pct('sum(' ~ measure ~ '_eur)', 'sum(' ~ measure ~ '_reporting_budget_eur)') }}
        as {{ measure }}_of_reporting_pct,
    {% endfor -%}
    cast(sum(committed_warning_count) as bigint) as committed_warning_count,
    cast(sum(paid_warning_count) as bigint) as paid_warning_count,
    cast(sum(warning_count) as bigint) as warning_count,
    cast(sum(set_apart_count) as bigint) as set_apart_count
{%- endmacro %}
