{# Every value of the column that is not empty is a code of the list in seeds/codes/code.csv; its codes stand beside. #}
{% test known_code(model, column_name, code_list) %}
with

known as (

    select code from {{ ref('code') }} where code_list = '{{ code_list }}'

)

select distinct
    model.{{ column_name }},
    (select string_agg(code, ', ' order by code) from known) as known_codes
from {{ model }} as model
left join known on model.{{ column_name }} = known.code
where model.{{ column_name }} is not null and known.code is null
{% endtest %}
