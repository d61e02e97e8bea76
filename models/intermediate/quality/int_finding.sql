-- One row per finding on a submission, from the intake or from gate 1.
{% for judged in ['submission', 'candidate', 'version'] %}
{{ 'union all' if not loop.first }}
select * from {{ ref('int_' ~ judged ~ '_finding') }}
{% endfor %}
