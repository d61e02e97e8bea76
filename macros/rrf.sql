{# What all who say it agree on: their status, the word for none, or that they do not agree. #}
{% macro agreed_status(status, none_word) -%}
    case
        when count(distinct coalesce({{ status }}, '{{ none_word }}')) > 1 then 'conflicting'
        else coalesce(max({{ status }}), '{{ none_word }}')
    end
{%- endmacro %}
