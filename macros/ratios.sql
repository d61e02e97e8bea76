{# A share in percent; NULL where there is nothing to share, or where a base of a few euro makes more than 99 999 % of it:
   the amounts stand beside it, and a rule names them. #}
{% macro pct(numerator, denominator) -%}
    try_cast(round(100.0 * {{ numerator }} / nullif({{ denominator }}, 0), 4) as decimal(9, 4))
{%- endmacro %}

{# A number as people write it: without the noughts that its type adds; its decimal sign is a point. #}
{% macro plain_number(number) -%}
    rtrim(rtrim(cast({{ number }} as varchar), '0'), '.')
{%- endmacro %}
