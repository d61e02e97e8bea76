{# The fields of a record type in the order of the contract, each with how it is read and whether it is part of the key:
   record_field.csv, said once more because the columns of a table stand fixed before a row is read (a test holds the two
   equal). `boolean` is a code of the list of that name. #}
{% macro record_fields(record) -%}
    {% set contract = {
        'project': [
            {'name': 'project_code', 'type': 'code', 'is_key': true},
            {'name': 'title', 'type': 'text'},
            {'name': 'speerpunt_code', 'type': 'code'},
            {'name': 'speerpunt_name', 'type': 'text'},
            {'name': 'cluster_code', 'type': 'code'},
            {'name': 'cluster_name', 'type': 'text'},
            {'name': 'policy_domain', 'type': 'text'},
            {'name': 'funding_type', 'type': 'code_list'},
            {'name': 'is_rrf', 'type': 'boolean'},
            {'name': 'budget_initial_eur', 'type': 'amount'},
            {'name': 'objective', 'type': 'text'},
            {'name': 'start_date', 'type': 'date'},
            {'name': 'end_date', 'type': 'date'},
        ],
        'project_status': [
            {'name': 'project_code', 'type': 'code', 'is_key': true},
            {'name': 'assessor', 'type': 'code_list', 'is_key': true},
            {'name': 'status', 'type': 'code_list'},
            {'name': 'vr_document', 'type': 'text'},
            {'name': 'explanation', 'type': 'text'},
        ],
        'milestone': [
            {'name': 'project_code', 'type': 'code', 'is_key': true},
            {'name': 'milestone_code', 'type': 'code', 'is_key': true},
            {'name': 'description', 'type': 'text'},
            {'name': 'owner', 'type': 'text'},
            {'name': 'planned_date', 'type': 'date'},
            {'name': 'status', 'type': 'code_list'},
            {'name': 'actual_date', 'type': 'date'},
            {'name': 'replaced_by', 'type': 'code'},
            {'name': 'explanation', 'type': 'text'},
        ],
        'finance': [
            {'name': 'project_code', 'type': 'code', 'is_key': true},
            {'name': 'measure', 'type': 'code_list', 'is_key': true},
            {'name': 'execution', 'type': 'code_list', 'is_key': true},
            {'name': 'amount_eur', 'type': 'amount'},
            {'name': 'explanation', 'type': 'text'},
        ],
        'indicator_value': [
            {'name': 'indicator_code', 'type': 'code', 'is_key': true},
            {'name': 'project_code', 'type': 'code', 'is_key': true},
            {'name': 'territory', 'type': 'code', 'is_key': true},
            {'name': 'measured_on', 'type': 'date', 'is_key': true},
            {'name': 'baseline', 'type': 'number'},
            {'name': 'target', 'type': 'number'},
            {'name': 'target_date', 'type': 'date'},
            {'name': 'actual', 'type': 'number'},
            {'name': 'value_state', 'type': 'code_list'},
            {'name': 'explanation', 'type': 'text'},
        ],
        'budget_transfer': [
            {'name': 'decision_ref', 'type': 'code', 'is_key': true},
            {'name': 'decision_date', 'type': 'date'},
            {'name': 'project_code', 'type': 'code', 'is_key': true},
            {'name': 'amount_eur', 'type': 'amount'},
        ],
        'rrf_link': [
            {'name': 'project_code', 'type': 'code', 'is_key': true},
            {'name': 'measure_code', 'type': 'code', 'is_key': true},
            {'name': 'mt_number', 'type': 'code', 'is_key': true},
            {'name': 'valid_from', 'type': 'date'},
            {'name': 'valid_to', 'type': 'date'},
            {'name': 'self_reported_status', 'type': 'code_list'},
            {'name': 'assessed_status', 'type': 'code_list'},
        ],
        'account_balance': [
            {'name': 'project_code', 'type': 'code', 'is_key': true},
            {'name': 'closing_date', 'type': 'date', 'is_key': true},
            {'name': 'committed_eur', 'type': 'amount'},
            {'name': 'paid_eur', 'type': 'amount'},
        ],
        'indicator': [
            {'name': 'indicator_code', 'type': 'code', 'is_key': true},
            {'name': 'project_code', 'type': 'code'},
            {'name': 'title', 'type': 'text'},
            {'name': 'definition', 'type': 'text'},
            {'name': 'unit', 'type': 'text'},
            {'name': 'direction', 'type': 'code_list'},
        ],
    } -%}
    {{ return(contract[record]) }}
{%- endmacro %}

{# The record types of the contract. #}
{% macro record_types() -%}
    {{ return([
        'project', 'project_status', 'milestone', 'finance', 'indicator_value', 'budget_transfer', 'rrf_link',
        'account_balance', 'indicator',
    ]) }}
{%- endmacro %}

{# Whether a record type has a field. #}
{% macro has_field(record, name) -%}
    {{ return(name in (record_fields(record) | map(attribute='name') | list)) }}
{%- endmacro %}

{# The place of a field in its record type, 1 is the first: that of its letter in `states`. #}
{% macro field_position(record, name) -%}
    {{ return((record_fields(record) | map(attribute='name') | list).index(name) + 1) }}
{%- endmacro %}

{# The data type of the column of a field, by how the field is read. #}
{% macro data_type(type) -%}
    {{ return({
        'amount': 'decimal(18, 2)', 'number': 'decimal(38, 15)', 'date': 'date', 'boolean': 'boolean',
    }.get(type, 'varchar')) }}
{%- endmacro %}

{# The value of a field as text, written in one way whatever the return wrote. #}
{% macro value_text(column, type) -%}
    {%- if type in ('amount', 'number') -%}
        {{ plain_number(column) }}
    {%- elif type in ('date', 'boolean') -%}
        cast({{ column }} as varchar)
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}
