{# The fields in which two rows of a record differ, as a list of structs; keys apart, since both rows have the same. A state
   that is empty says that the return had no such column. Values are compared as typed, so that `30,0` and `30` are the same;
   numbers that differ by less than a billionth of their size are one number written by two machines. Amounts are exact. #}
{% macro differences(record, before, after) -%}
    list_filter([
        {% for field in record_fields(record) -%}
        {% if not field.is_key -%}
        {% set old = before ~ '.' ~ field.name -%}
        {% set new = after ~ '.' ~ field.name -%}
        case
            when
                substr({{ before }}.states, {{ loop.index }}, 1) <> substr({{ after }}.states, {{ loop.index }}, 1)
                {% if field.type == 'number' -%}
                or case
                    when {{ old }} is not null and {{ new }} is not null
                        then abs(cast({{ new }} as double) - cast({{ old }} as double))
                            > 1e-9 * greatest(abs(cast({{ new }} as double)), abs(cast({{ old }} as double)))
                    else {{ old }} is distinct from {{ new }}
                end
                {%- else -%}
                or {{ old }} is distinct from {{ new }}
                {%- endif %}
                then struct_pack(
                    field := '{{ field.name }}',
                    type := '{{ 'code_list' if field.type == 'boolean' else field.type }}',
                    old_value := {{ value_text(old, field.type) }},
                    new_value := {{ value_text(new, field.type) }},
                    old_state := {{ state_of_letter(before ~ '.states', loop.index) }},
                    new_state := {{ state_of_letter(after ~ '.states', loop.index) }}
                )
        end{{ ',' if not loop.last }}
        {% endif -%}
        {% endfor %}
    ], lambda difference: difference is not null)
{%- endmacro %}

{# All that a row of a record says beside its key, its explanation apart, as `field=value; field=value`. #}
{% macro told(record, row) -%}
    nullif(concat_ws(
        '; ',
        {% for field in record_fields(record) if not field.is_key and field.name != 'explanation' -%}
        '{{ field.name }}=' || {{ value_text(row ~ '.' ~ field.name, field.type) }}{{ ',' if not loop.last }}
        {% endfor %}
    ), '')
{%- endmacro %}

{# The words of a row that are about its difference from another one: those that stood there already are about something
   earlier, and no reason. Words are compared as `is_newly_explained` does. #}
{% macro new_words(after, before) -%}
    nullif({{ after }}.explanation, {{ before }}.explanation)
{%- endmacro %}

{# Whether two texts differ in capitals, spaces or composition of letters only. #}
{% macro is_form_only(type, before, after) -%}
    {{ type }} = 'text'
    and coalesce(
        lower(nfc_normalize({{ single_spaced(before) }}))
        = lower(nfc_normalize({{ single_spaced(after) }})),
        false
    )
{%- endmacro %}

{# Whether a version held at a moment. #}
{% macro held_at(version, moment) -%}
    ({{ version }}.known_from <= {{ moment }} and {{ or_never(version ~ '.known_to') }} > {{ moment }})
{%- endmacro %}

{# A moment that may never come, such as the end of what still holds; so that two moments are compared as one side each. #}
{% macro or_never(moment) -%}
    coalesce({{ moment }}, cast('9999-12-31' as timestamp))
{%- endmacro %}

{# Whether a project is of a scope; of a constant scope, the project as it was at the meetmoment that scope names. #}
{% macro is_in_scope(project, scope) -%}
    (
        ({{ scope }}.funding_type is null or {{ project }}.funding_type = {{ scope }}.funding_type)
        and ({{ scope }}.is_rrf is null or {{ project }}.is_rrf = {{ scope }}.is_rrf)
    )
{%- endmacro %}

{# The versions that held, each beside those of the same `group` at the moment up to which it held, which is `judged_at`: one
   row per version and such moment. Of what still holds that moment never comes. Judged is a version at its last moment
   (`is_judged`), by what stood beside it then, so that what was set apart stays so when it is corrected. #}
{% macro beside_each_other(versions, group) -%}
    select
        versions.*,
        moments.judged_at,
        {{ or_never('versions.known_to') }} = moments.judged_at
        and moments.judged_at = max({{ or_never('versions.known_to') }}) over (partition by versions.row_id) as is_judged
    from (
        select distinct
            {{ group }},
            {{ or_never('known_to') }} as judged_at
        from {{ versions }}
        where {{ or_never('known_to') }} > known_from
    ) as moments
    inner join {{ versions }} as versions
        on moments.{{ group }} = versions.{{ group }}
        and moments.judged_at > versions.known_from
        and moments.judged_at <= {{ or_never('versions.known_to') }}
{%- endmacro %}
