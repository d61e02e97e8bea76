{# What a relation promises of its rows and does not keep, a row per promise and value: the columns and the value it is
   about, what was promised, and how many rows break it. #}
{% macro broken_promises(relation, key, filled, values) %}
select null as promise, null as column_names, null as found, null as expected, 0 as row_count where false
{%- if key %}
union all
select
    'key',
    {{ text_list(key) }},
    [{% for name in key %}cast({{ name }} as varchar){{ ', ' if not loop.last }}{% endfor %}],
    'no other row',
    count(*)
from {{ relation }}
group by {{ key | join(', ') }}
having count(*) > 1
{%- endif %}
{%- for name in filled %}
union all
select 'filled', ['{{ name }}'], [null], 'a value', count(*)
from {{ relation }}
where {{ name }} is null
having count(*) > 0
{%- endfor %}
{%- for name, allowed in values.items() %}
union all
select 'values', ['{{ name }}'], [cast({{ name }} as varchar)], '{{ allowed | join(", ") }}', count(*)
from {{ relation }}
where cast({{ name }} as varchar) not in ({{ text_list(allowed) | replace('[', '') | replace(']', '') }})
group by {{ name }}
{%- endfor %}
{% endmacro %}

{# References of a relation to keys that are not there, in the form of broken_promises. #}
{% macro broken_references(relation, columns, no_references, keys) %}
{%- for key, parent in keys.items() %}
{%- for name in columns if (name == key or name.endswith('_' ~ key)) and name not in no_references %}
union all
select 'reference', ['{{ name }}'], [cast(child.{{ name }} as varchar)], '{{ parent.identifier }}', count(*)
from {{ relation }} as child
left join {{ parent }} as parent on child.{{ name }} = parent.{{ key }}
where child.{{ name }} is not null and parent.{{ key }} is null
group by child.{{ name }}
{%- endfor %}
{%- endfor %}
{% endmacro %}

{# The marts that others refer to, by their key: a column of this name, or one that ends in it, is a reference. #}
{% macro referred_to() %}
{{ return({
    'plan_code': ref('dim_plan'),
    'meetmoment_code': ref('dim_meetmoment'),
    'speerpunt_code': ref('dim_speerpunt'),
    'cluster_code': ref('dim_cluster'),
    'policy_domain_code': ref('dim_policy_domain'),
    'project_code': ref('dim_project'),
    'scope_code': ref('dim_scope'),
    'indicator_code': ref('dim_indicator'),
    'submission_id': ref('dim_submission'),
    'rule_code': ref('dim_status_rule'),
    'rule_id': ref('dim_rule'),
    'waiver_id': ref('dim_waiver'),
    'sender_code': ref('dim_sender'),
    'measure_code': ref('dim_rrf_measure'),
    'kernindicator_code': ref('dim_kernindicator'),
    'transition_code': ref('dim_transition'),
}) }}
{% endmacro %}

{# Names as a list of texts. #}
{% macro text_list(names) %}['{{ names | join("', '") }}']{% endmacro %}
