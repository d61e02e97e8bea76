{# The rows of a seed that are of the plan whose night it is, without its name: inside a night there is no other. Where
   a row may be of all plans, its plan is empty. #}
{% macro rows_of_this_plan(seed, or_of_all=false) -%}
select * exclude (plan_code)
from {{ ref(seed) }}
where plan_code = '{{ var("plan") }}'{{ ' or plan_code is null' if or_of_all }}
{%- endmacro %}
