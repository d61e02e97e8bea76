{#
    Records read straight from the rows received, by column: one expression per field, of the field's own type. Which column
    of a sheet feeds a field, and in which form, is a row of stg_source_column; the macros here make of it one row per
    sheet and instance, with a struct `<field>_column` per field, and join that once to the rows.

    Of every field come its `<field>_text` as received, its `<field>_kind` (one letter, see source raw.row), its
    `<field>_word` (its value state), the typed column and its `<field>_verdict`.
#}

{# The words of a state and what each means, as a map; and as a list, longest first, where a cell may begin with them. #}
{% macro word_map(word, state, condition) -%}
    map_from_entries(list((cast({{ word }} as varchar), {{ state }}) order by {{ word }}) filter (where {{ condition }}))
{%- endmacro %}

{% macro word_list(word, state, condition) -%}
    list(
        struct_pack(word := {{ word }}, value_state := {{ state }}) order by length({{ word }}) desc, {{ word }}
    ) filter (where {{ condition }})
{%- endmacro %}

{# The state that a text stands for by a word of its layout; NULL where it is no such word. #}
{% macro stated_by(words, text) -%}
    coalesce(
        {{ words }}.whole_words[lower({{ text }})],
        list_filter({{ words }}.first_words, lambda first: starts_with(lower({{ text }}), first.word))[1].value_state
    )
{%- endmacro %}

{# Where a field stands in a sheet and how it is read there; NULL where the sheet has no such field. #}
{% macro column_of(field) -%}
    any_value(struct_pack(
        column_number, joined_columns, constant, is_constant, is_declared, is_required, unit_factor, decimal_sign,
        date_form, code_list
    )) filter (where field = '{{ field }}')
{%- endmacro %}

{# What was received for a field, as it came: of its column, of its columns joined, or the same on every row. #}
{% macro received_cell(column, row) -%}
    case
        when {{ column }}.is_constant then {{ column }}.constant
        when {{ column }}.joined_columns is not null
            then array_to_string([{{ row }}.texts[number] for number in {{ column }}.joined_columns], ' ')
        else {{ row }}.texts[{{ column }}.column_number]
    end
{%- endmacro %}

{# The cells of record rows: field, column and text as received. ``rows`` is a relation of `stg_record_row`, of as few rows
   as are asked: of a view on all of them an engine reads every cell first. ``texts`` is one of the rows of sheets. #}
{% macro cells_of(rows, texts) -%}
    select
        {{ rows }}.row_id,
        source_columns.field,
        source_columns.column_number,
        source_columns.source_header,
        nullif(trim({{ received_cell('source_columns', 'source') }}), '') as text
    from {{ rows }}
    inner join {{ ref('stg_source_column') }} as source_columns
        on {{ rows }}.submission_id = source_columns.submission_id
        and {{ rows }}.sheet = source_columns.sheet
        and {{ rows }}.record = source_columns.record
        and {{ rows }}.instance is not distinct from source_columns.instance
    inner join {{ texts }} as source
        on {{ rows }}.submission_id = source.submission_id
        and {{ rows }}.sheet = source.sheet
        and {{ rows }}.row_number = source.row_number
{%- endmacro %}

{# The kind of what was received for a field; what is the same on every row or is joined is text. #}
{% macro received_kind(column, row) -%}
    case
        when {{ column }}.joined_columns is not null or {{ column }}.column_number is null then 't'
        else substr({{ row }}.kinds, {{ column }}.column_number, 1)
    end
{%- endmacro %}

{# Whether one of these columns holds something on a row. #}
{% macro holds_something(row, columns) -%}
    len(list_filter({{ columns }}, lambda number: trim({{ row }}.texts[number]) <> '')) > 0
{%- endmacro %}

{# What a field reads as, before it is asked whether that can be held; NULL where it is not of the declared form. #}
{% macro reading(name, type) -%}
    {%- set is_readable -%}
        {{ name }}_word = 'reported' and {{ name }}_kind <> 'e'
    {%- endset -%}
    case
        when {{ is_readable }}{{ " and " ~ name ~ "_kind not in ('d', 'x')" if type == 'code' }}
            then
        {% if type in ('amount', 'number') -%}
                {{ read_number(
                    name ~ '_text', name ~ '_kind', name ~ '_parts', name ~ '_column.decimal_sign',
                    'true' if type == 'amount' else 'false', name ~ '_column.unit_factor'
                ) }}
        {%- elif type == 'date' -%}
                {{ read_date(name ~ '_day', name ~ '_kind', name ~ '_column.date_form', 'period_words') }}
        {%- elif type == 'boolean' -%}
                cast({{ name }}_words.code as boolean)
        {%- elif type == 'code_list' -%}
                {{ name }}_words.code
        {%- elif type == 'code' -%}
                upper({{ name }}_seen)
        {%- else -%}
                {{ name }}_text
        {%- endif %}
    end
{%- endmacro %}

{# What is wrong with the form of a field, or what its reading left out, or `ok`. decimal(18, 2) holds the sum of ten thousand of the largest amounts,
   decimal(28, 6) of millions of numbers. #}
{% macro form_verdict(name, type, is_key) -%}
    case
        when {{ name }}_column is null then 'ok'
        when {{ name }}_word = 'reported' then case
            when {{ name }}_kind = 'e' then 'error_cell'
        {% if type == 'code' -%}
            when {{ name }}_kind = 'd' then 'date_for_code'
            when {{ name }}_kind = 'x' then 'personal_data'
        {% elif type == 'amount' -%}
            when abs({{ name }}_read) >= 1000000000000 then 'too_large'
            -- Three decimals may be thousands behind the other sign; more of them are what a division left.
            when {{ name }}_read <> round({{ name }}_read, 2) then case
                when {{ name }}_read = round({{ name }}_read, 3) and coalesce({{ name }}_column.unit_factor, 1) = 1
                    then 'not_whole_cents'
                else 'rounded_to_cents'
            end
        {% elif type == 'number' -%}
            when abs({{ name }}_read) >= 1000000000000000 then 'too_large'
            when regexp_matches({{ name }}_text, '[.,]\d{15}\d*[1-9]\d* ?%?$') and {{ name }}_read is not null
                then 'too_many_decimals'
        {% elif type in ('code_list', 'boolean') -%}
            when
                {{ name }}_read is not null
                and (
                    meetmoment_number < {{ name }}_valid_from
                    or meetmoment_number > {{ name }}_valid_to
                )
                then 'code_not_valid'
        {% endif -%}
        {% if type in ('amount', 'number') -%}
            -- A workbook shows this number as a share, a day or a time: what was typed is not known.
            when {{ name }}_read is null and {{ name }}_kind in ('p', 'd') then 'shown_otherwise'
        {% endif -%}
            when {{ name }}_read is null
                then {{ {'code_list': "'unknown_code'", 'boolean': "'unknown_code'", 'date': "'not_a_date'"}.get(
                    type, "'not_a_number'"
                ) }}
            else 'ok'
        end
        when {{ name }}_column.is_required then
        {% if is_key -%}
            'missing_key'
        {%- else -%}
            -- What a layout itself says about a state, by a constant or a word of its own, is an answer and not a gap.
            case when {{ name }}_column.is_declared or {{ name }}_text is not null then 'ok' else 'missing' end
        {%- endif %}
        else 'ok'
    end
{%- endmacro %}

{# What a record says in a field, for comparing rows: its value, or the text that could not be read, and its state. #}
{% macro said(name, type) -%}
    case
        when {{ name }}_column is not null
            then coalesce({{ value_text(name, type) }}, '?' || {{ name }}_text, '') || '~' || {{ name }}_word
    end
{%- endmacro %}

{# One letter for the state of a field, as `state_of_letter` reads it back; a dash where the return has no such column. #}
{% macro state_letter(name) -%}
    case
        when {{ name }}_column is null then '-'
        else substr({{ name }}_word, case {{ name }}_word when 'not_applicable' then 5 else 1 end, 1)
    end
{%- endmacro %}

{# The value state of a field by its place in the contract; NULL where the return has no such column. #}
{% macro state_of_letter(states, position) -%}
    case substr({{ states }}, {{ position }}, 1)
        when 'r' then 'reported' when 'n' then 'not_reported' when 'a' then 'not_applicable' when 'w' then 'withheld'
    end
{%- endmacro %}

{# Whether something is to be said of a field: its form is wrong, or a word of its layout stands for its state. #}
{% macro is_remarkable(name) -%}
    ({{ name }}_verdict <> 'ok' or ({{ name }}_word <> 'reported' and {{ name }}_text is not null))
{%- endmacro %}

{# The text of a field as it may be said again: personal data in the place of a code is not. #}
{% macro told_text(name, type) -%}
    {%- if type == 'code' -%}
        case when {{ name }}_verdict = 'personal_data' then '***' else {{ name }}_text end
    {%- else -%}
        {{ name }}_text
    {%- endif -%}
{%- endmacro %}

{# What is to be said of the fields of a row, as a list that stg_cell lays out; NULL where there is nothing. #}
{% macro remarks_on(fields) -%}
    case
        when
            {% for field in fields -%}
            {{ 'or ' if not loop.first }}{{ is_remarkable(field.name) }}
            {% endfor -%}
            then list_filter([
                {% for field in fields -%}
                case when {{ is_remarkable(field.name) }} then struct_pack(
                    field := '{{ field.name }}',
                    text := {{ told_text(field.name, field.type) }},
                    value_state := {{ field.name }}_word,
                    canonical := {{ value_text(field.name, field.type) }},
                    form_verdict := {{ field.name }}_verdict
                ) end{{ ',' if not loop.last }}
                {% endfor -%}
            ], lambda remark: remark is not null)
    end
{%- endmacro %}

{# What a field reads as, under the code it has now where the registry says that it was recoded since. #}
{% macro present_code(name) -%}
    {%- set of_project = "coalesce(recoded_codes['project|' || project_code_read], project_code_read)" -%}
    {%- if name == 'project_code' -%}
        {{ of_project }}
    {%- elif name in ('milestone_code', 'replaced_by') -%}
        coalesce(recoded_codes['milestone|' || {{ of_project }} || '|' || {{ name }}_read], {{ name }}_read)
    {%- elif name == 'indicator_code' -%}
        coalesce(recoded_codes['indicator|' || indicator_code_read], indicator_code_read)
    {%- else -%}
        {{ name }}_read
    {%- endif -%}
{%- endmacro %}
