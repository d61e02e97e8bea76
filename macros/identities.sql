{# The rows of a relation made long: its keys and, for each measure that holds something, its name and value. #}
{% macro long_form(relation, keys, measures) -%}
    select
        {{ keys | join(', ') }},
        measure,
        value
    from (
        select
            {{ keys | join(', ') }},
            {% for measure in measures -%}
            cast({{ measure }} as decimal(20, 2)) as {{ measure }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ relation }}
    ) unpivot (value for measure in ({{ measures | join(', ') }}))
{%- endmacro %}

{# The sums of a relation per unit made long: added up first, so that what is made long is no longer than what is published. #}
{% macro summed_long_form(relation, keys, unit_code, measures) -%}
    {%- set summed -%}
        (
            select
                {{ keys | join(', ') }},
                {{ unit_code }} as unit_code,
                {% for measure in measures -%}
                sum({{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
                {% endfor %}
            from {{ relation }}
            group by {{ keys | join(', ') }}, {{ unit_code }}
        )
    {%- endset -%}
    {{ long_form(summed, keys + ['unit_code'], measures) }}
{%- endmacro %}

{# Values of one side of an identity, per unit that is compared: the `lower` side is added up, the `upper` one published. #}
{% macro unit_values(side, relation, below, level, case_keys, measure, unit_code, value='value') -%}
    select
        {{ below }} as below,
        {{ level }} as level,
        {{ case_keys | join(" || ' ' || ") }} as identity_case,
        {{ measure }} as measure,
        {{ unit_code }} as unit_code,
        {{ value if side == 'lower' else 'null' }} as lower_value,
        {{ value if side == 'upper' else 'null' }} as upper_value
    from {{ relation }}
    where {{ value }} is not null
{%- endmacro %}
