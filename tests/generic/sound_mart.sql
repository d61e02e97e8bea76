{# As sound_rows, and every reference is found: that of a column named like the key of a mart, or ending in it. #}
{% test sound_mart(model, key, filled=[], values={}, no_references=[], keys=none) %}
{%- set query = 'select * from ' ~ model ~ ' limit 0' %}
{%- set columns = adapter.get_column_schema_from_query(query) | map(attribute='name') | list if execute else [] %}
{{ broken_promises(model, key, filled, values) }}
{{ broken_references(model, columns, no_references, keys or referred_to()) }}
{% endtest %}
