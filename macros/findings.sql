{# The rows that an error of these findings sets apart. #}
{% macro set_apart_by(findings) %}
    {%- for of_one_set in findings %}
{{ 'union\n' if not loop.first -}}
select distinct row_id
from {{ ref(of_one_set) }}
where severity = 'error' and row_id is not null and waiver_id is null
    {%- endfor %}
{% endmacro %}

{# The rows that these set apart, of returns that stand and without a later delivery that replaces them: the latest full
   delivery of a series that was not withdrawn speaks, and what it has no more was not returned. #}
{% macro still_apart(set_apart) -%}
select
    record_rows.row_id,
    record_rows.record,
    record_rows.submission_id,
    record_rows.sheet,
    record_rows.row_number,
    submissions.meetmoment_code,
    submissions.meetmoment_number,
    record_rows.project_code,
    record_rows.record_key,
    submissions.precedence
from {{ ref(set_apart) }} as set_apart
inner join {{ ref('stg_record_row') }} as record_rows using (row_id)
inner join {{ ref('int_verdict') }} as submissions using (submission_id)
left join {{ ref('int_full_delivery') }} as full_deliveries using (submission_id, sheet)
where
    submissions.verdict = 'accepted' and submissions.withdrawn_at is null
    and not coalesce(full_deliveries.has_later_standing, false)
{%- endmacro %}

{# A relation with the number of warnings that hang on each of its rows: those on the rows of returns that it names. Where
   it names several, those of each stand apart too. Of a row that states more than one measure, `measured_row_id` says which
   of them is meant: a warning on the field of another measure (`<measure>_eur`) does not hang on this one. #}
{% macro with_warnings(model, row_ids=['row_id'], measured_row_id=none) -%}
    (
        select
            stated.*,
            {% if row_ids | length > 1 -%}
            {% for row_id in row_ids -%}
            coalesce(warned_by_{{ row_id }}.warning_count, 0) as {{ row_id | replace('_row_id', '_warning_count') }},
            {% endfor -%}
            {% endif -%}
            {% for row_id in row_ids -%}
            {{ '+ ' if not loop.first }}coalesce(warned_by_{{ row_id }}.warning_count, 0)
            {% endfor -%}
            {%- if measured_row_id %}
            - coalesce(of_other_measures.warning_count, 0)
            {% endif -%}
            as warning_count
        from {{ ref(model) }} as stated
        {% for row_id in row_ids -%}
        left join {{ ref('int_row_warning') }} as warned_by_{{ row_id }}
            on stated.{{ row_id }} = warned_by_{{ row_id }}.row_id
        {% endfor -%}
        {% if measured_row_id -%}
        left join (
            select
                measures.code as measure,
                warned.row_id,
                sum(warned.warning_count) as warning_count
            from {{ ref('code') }} as measures
            inner join {{ ref('code') }} as others
                on measures.code_list = others.code_list
                and measures.code <> others.code
            inner join {{ ref('int_field_warning') }} as warned on others.code || '_eur' = warned.field
            where measures.code_list = 'finance_measure'
            group by measures.code, warned.row_id
        ) as of_other_measures
            on stated.{{ measured_row_id }} = of_other_measures.row_id
            and stated.measure = of_other_measures.measure
        {% endif %}
    )
{%- endmacro %}

{# A sentence with its words filled in. What a word says is never read as the name of another: its braces stand aside. #}
{% macro filled_in(sentence, words) -%}
    replace(
        {% for _ in words %}replace({% endfor %}{{ sentence }}
        {%- for name, word in words.items() -%}
        , '{{ '{' ~ name ~ '}' }}', replace(coalesce({{ word }}, ''), '{', chr(1)))
        {%- endfor -%}
        , chr(1), '{'
    )
{%- endmacro %}

{# A sentence about a sheet that lies on its side: what is a row elsewhere is a column there. A word that was changed holds
   a mark until all are, so that none is changed back. What stands between braces is no word of the sentence. #}
{% macro turned(sentence) -%}
    {% set pairs = [] -%}
    {% for one, other in [('rij', 'kolom'), ('rijen', 'kolommen'), ('row', 'column'), ('rows', 'columns')] -%}
    {% do pairs.extend([(one, other), (other, one)]) -%}
    {% do pairs.extend([(one | capitalize, other | capitalize), (other | capitalize, one | capitalize)]) -%}
    {% endfor -%}
    replace(
        {% for _ in pairs %}regexp_replace({% endfor %}{{ sentence }}
        {%- for word, turned in pairs -%}
        , '(^|[ (]){{ word }}\b', '\1{{ turned[0] }}' || chr(2) || '{{ turned[1:] }}', 'g')
        {%- endfor -%}
        , chr(2), ''
    )
{%- endmacro %}

{# The name of a column as a spreadsheet has it: 1 is A, 27 is AA, 703 is AAA. #}
{% macro column_letters(number) -%}
    case when {{ number }} > 702 then chr(65 + ({{ number }} - 703) // 676) else '' end
    || case when {{ number }} > 26 then chr(65 + ({{ number }} - 27) // 26 % 26) else '' end
    || chr(65 + ({{ number }} - 1) % 26)
{%- endmacro %}

{# A short name of a text that stays the same wherever it is made. #}
{% macro short_checksum(text) -%}
    left(sha256({{ text }}), 16)
{%- endmacro %}

{# A key of several parts as people read it: those that are there. #}
{% macro key_in_words(key) -%}
    replace(replace(rtrim({{ key }}, '|'), '||', '|'), '|', ' / ')
{%- endmacro %}

{# The first of many names, and how many more there are; all of them stand in a table. ``names`` is a sorted list. #}
{% macro first_named(names, language) -%}
    array_to_string({{ names }}[:10], ', ')
    || case
        when len({{ names }}) > 10
            then ' {{ {'nl': 'en nog', 'en': 'and'}[language] }} ' || len({{ names }}) - 10 || '{{ {'nl': '', 'en': ' more'}[language] }}'
        else ''
    end
{%- endmacro %}

{# Whether a waiver covers a row: what it does not name, it covers all of. #}
{% macro is_covered(waivers, row, received_on) -%}
    coalesce({{ waivers }}.meetmoment_code = {{ row }}.meetmoment_code, {{ waivers }}.meetmoment_code is null)
    and coalesce({{ waivers }}.project_code = {{ row }}.project_code, {{ waivers }}.project_code is null)
    and coalesce({{ waivers }}.record_key = {{ row }}.record_key, {{ waivers }}.record_key is null)
    and {{ received_on }} between {{ waivers }}.granted_on and {{ waivers }}.valid_until
{%- endmacro %}
