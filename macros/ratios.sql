{# A share of a count in percent; NULL where there is nothing to share. Of amounts: `amount_pct`. #}
{% macro pct(numerator, denominator) -%}
    cast(round(100.0 * {{ numerator }} / nullif({{ denominator }}, 0), 4) as decimal(9, 4))
{%- endmacro %}

{# An amount in percent of another one; NULL where there is nothing to share. A percentage of a cent holds every sum of
   amounts that gate 1 accepts (V09). #}
{% macro amount_pct(numerator, denominator) -%}
    cast(round(100.0 * {{ numerator }} / nullif({{ denominator }}, 0), 4) as decimal(28, 4))
{%- endmacro %}

{# How many times as large an amount is as the one it is compared with, where that is about a thousand or a million times:
   euros for thousands or millions. #}
{% macro magnitude_shift(factor) -%}
    case
        when {{ factor }} between 500 and 2000 then 'thousandfold'
        when {{ factor }} between 500000 and 2000000 then 'millionfold'
        when 1 / nullif({{ factor }}, 0) between 500 and 2000 then 'a thousandth'
        when 1 / nullif({{ factor }}, 0) between 500000 and 2000000 then 'a millionth'
        else 'none'
    end
{%- endmacro %}

{# A number as people write it: without the noughts that its type adds; its decimal sign is a point. #}
{% macro plain_number(number) -%}
    rtrim(rtrim(cast({{ number }} as varchar), '0'), '.')
{%- endmacro %}

{# Whether a value that is expected is not there: whoever adds up says of how many parts that is so. #}
{% macro is_missing(state) -%}
    {{ state }} in ('not_reported', 'set_apart', 'withheld')
{%- endmacro %}
