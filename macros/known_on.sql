{# The moment the run is made for: what was received or withdrawn after it is not known. #}
{% macro known_on() -%}
    cast('{{ var("known_on") }}' as timestamp)
{%- endmacro %}
