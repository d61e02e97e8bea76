{# The rows of a seed that are of the plan whose night it is, without its name: inside a night there is no other. Where
   a row may be of all plans, its plan is empty. #}
{% macro rows_of_this_plan(seed, or_of_all=false) -%}
select * exclude (plan_code)
from {{ ref(seed) }}
where plan_code = '{{ var("plan") }}'{{ ' or plan_code is null' if or_of_all }}
{%- endmacro %}

{# Rows with days of validity, as the numbers of the first and the last meetmoment at which they count. #}
{% macro numbered_validity(rows) -%}
select
    dated.* exclude (valid_from, valid_to),
    cast(
        1 + (
            select count(*) from {{ ref('reg_meetmoment') }} as meetmomenten
            where meetmomenten.cutoff_date < dated.valid_from
        ) as integer
    ) as valid_from_meetmoment,
    cast(
        case
            when dated.valid_to is not null
                then (
                    select count(*) from {{ ref('reg_meetmoment') }} as meetmomenten
                    where meetmomenten.cutoff_date <= dated.valid_to
                )
        end as integer
    ) as valid_to_meetmoment
from ({{ rows }}) as dated
{%- endmacro %}
