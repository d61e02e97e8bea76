{# Of an aggregate that has a row per scope, the rows of the scope in which counts are published at their meetmoment. #}
{% macro published_counts(figures) -%}
select figures.*
from {{ ref(figures) }} as figures
inner join {{ ref('dim_meetmoment') }} as meetmomenten
    on figures.meetmoment_code = meetmomenten.meetmoment_code
    and figures.scope_code = meetmomenten.counts_scope_code
{%- endmacro %}

{# Of an aggregate that has a row per scope and execution, the rows in which money is published at their meetmoment. #}
{% macro published_money(figures) -%}
select figures.*
from {{ ref(figures) }} as figures
inner join {{ ref('dim_meetmoment') }} as meetmomenten
    on figures.meetmoment_code = meetmomenten.meetmoment_code
    and figures.scope_code = meetmomenten.money_scope_code
    and figures.execution = meetmomenten.headline_execution
{%- endmacro %}
