{#
    Reading a value exactly as meant, or not at all. Each macro gives NULL where the text is not of the declared form;
    the caller then says so with the cell. Nothing here guesses.
#}

{# Amounts and numbers. `kind` is 'n' where the workbook itself holds a number: that has a decimal point whatever the
   layout says. `decimal_sign` is declared by the layout; the other sign may group thousands, in threes only; a pound or euro
   sign may stand before it. #}
{% macro read_number(text, kind, decimal_sign) -%}
    {%- set text = "regexp_replace(" ~ text ~ ", '^[£€] ?', '')" -%}
    case
        when {{ kind }} = 'n' then try_cast({{ text }} as decimal(38, 10))
        when {{ kind }} <> 't' then null
        when {{ decimal_sign }} = ',' and regexp_full_match({{ text }}, '[-+]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?')
            then try_cast(replace(replace({{ text }}, '.', ''), ',', '.') as decimal(38, 10))
        when {{ decimal_sign }} = '.' and regexp_full_match({{ text }}, '[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?')
            then try_cast(replace({{ text }}, ',', '') as decimal(38, 10))
        when {{ decimal_sign }} is null and regexp_full_match({{ text }}, '[-+]?\d+')
            then try_cast({{ text }} as decimal(38, 10))
    end
{%- endmacro %}

{# Dates. `date_form` lists the forms a layout declares, separated by spaces: iso (2026-06-30), dmy (30/06/2026, 30-06-2026,
   30.06.2026), quarter (Q2 2026, meaning its last day), quarter_it (2021 - 4° trimestre, its last day), semester (I 2022 or
   II 2022, its last day). A workbook's own date (`kind` 'd') is already iso. #}
{% macro read_date(text, kind, date_form) -%}
    case
        when {{ kind }} = 'd' or list_contains(string_split({{ date_form }}, ' '), 'iso')
            and regexp_full_match({{ text }}, '\d{4}-\d{2}-\d{2}')
            then try_cast({{ text }} as date)
        when {{ kind }} <> 't' then null
        when list_contains(string_split({{ date_form }}, ' '), 'dmy')
            and regexp_full_match({{ text }}, '\d{1,2}([/.-])\d{1,2}([/.-])\d{4}')
            then try_cast(try_strptime(regexp_replace({{ text }}, '[.-]', '/', 'g'), '%d/%m/%Y') as date)
        when list_contains(string_split({{ date_form }}, ' '), 'quarter')
            and regexp_full_match({{ text }}, 'Q[1-4] \d{4}')
            then last_day(make_date(
                cast({{ text }}[-4:] as integer), cast({{ text }}[2:2] as integer) * 3, 1
            ))
        when list_contains(string_split({{ date_form }}, ' '), 'quarter_it')
            and regexp_full_match({{ text }}, '\d{4} - [1-4]° trimestre')
            then last_day(make_date(
                cast({{ text }}[:4] as integer), cast({{ text }}[8:8] as integer) * 3, 1
            ))
        when list_contains(string_split({{ date_form }}, ' '), 'semester') and regexp_full_match({{ text }}, 'II? \d{4}')
            then last_day(make_date(
                cast({{ text }}[-4:] as integer), case when starts_with({{ text }}, 'II') then 12 else 6 end, 1
            ))
    end
{%- endmacro %}
