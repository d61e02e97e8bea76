{# The record types whose accepted versions are compared; a new record type is one name here. #}
{% macro versioned_records() -%}
    {{ return([
        'project', 'project_status', 'milestone', 'finance', 'indicator_value', 'budget_transfer', 'rrf_link',
        'account_balance', 'indicator',
    ]) }}
{%- endmacro %}

{# Whether a value differs from the one before. Values are compared as typed, so that `30,0` and `30` are the same;
   numbers that differ by less than a billionth of their size are one number written by two machines. Amounts are exact. #}
{% macro is_other_value(before, after) -%}
    (
        {{ before }}.value_state is distinct from {{ after }}.value_state
        or case
            when {{ after }}.type = 'number' and {{ before }}.value is not null and {{ after }}.value is not null
                then abs(cast({{ after }}.value as double) - cast({{ before }}.value as double))
                    > 1e-9 * greatest(abs(cast({{ after }}.value as double)), abs(cast({{ before }}.value as double)))
            else {{ before }}.value is distinct from {{ after }}.value
        end
    )
{%- endmacro %}

{# Whether two texts differ in capitals, spaces or composition of letters only. #}
{% macro is_form_only(type, before, after) -%}
    {{ type }} = 'text'
    and coalesce(
        lower(nfc_normalize(regexp_replace({{ before }}, '\s+', ' ', 'g')))
        = lower(nfc_normalize(regexp_replace({{ after }}, '\s+', ' ', 'g'))),
        false
    )
{%- endmacro %}

{# Whether a version held at a moment. #}
{% macro held_at(version, moment) -%}
    ({{ version }}.known_from <= {{ moment }} and coalesce({{ version }}.known_to > {{ moment }}, true))
{%- endmacro %}

{# Whether a project is of a scope; of a constant scope, the project as it was at the meetmoment that scope names. #}
{% macro is_in_scope(project, scope) -%}
    (
        ({{ scope }}.funding_type is null or {{ project }}.funding_type = {{ scope }}.funding_type)
        and ({{ scope }}.is_rrf is null or {{ project }}.is_rrf = {{ scope }}.is_rrf)
    )
{%- endmacro %}
