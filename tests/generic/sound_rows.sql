{# No two rows share the key (empty counts as a value), what must be filled is, and values are those allowed. #}
{% test sound_rows(model, key=[], filled=[], values={}) %}
{{ broken_promises(model, key, filled, values) }}
{% endtest %}
