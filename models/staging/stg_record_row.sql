-- One row per record row of any record type: where it stands, its key, and what is to be said of its fields.
{% for record in record_types() -%}
{{ 'union all' if not loop.first }}
select
    '{{ record }}' as record,
    row_id,
    submission_id,
    sheet,
    row_number,
    instance,
    stated_key,
    record_key,
    {{ 'project_code' if has_field(record, 'project_code') else 'cast(null as varchar)' }} as project_code,
    content,
    remarks
from {{ ref('stg_' ~ record) }}
{% endfor %}
