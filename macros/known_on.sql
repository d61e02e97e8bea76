{# The moment the run is made for: what was received or withdrawn after it is not known. #}
{% macro known_on() -%}
    cast('{{ var("known_on") }}' as timestamp)
{%- endmacro %}

{# The moment of the release before, by what was received and withdrawn until then; where there is none, before all. #}
{% macro known_before() -%}
    cast('{{ var("known_before") }}' as timestamp)
{%- endmacro %}
