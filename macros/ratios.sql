{# A share in percent; NULL where there is nothing to share. #}
{% macro pct(numerator, denominator) -%}
    cast(round(100.0 * {{ numerator }} / nullif({{ denominator }}, 0), 4) as decimal(9, 4))
{%- endmacro %}
