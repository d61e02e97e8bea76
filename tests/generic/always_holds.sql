{# The condition holds on every row; a row where it is unknown (NULL) is let through. The message says it in words. #}
{% test always_holds(model, condition, message) %}
select *
from {{ model }}
where not ({{ condition }})
{% endtest %}
