{#
    Reading a value exactly as meant, or not at all. Each macro gives NULL where the text is not of the declared form;
    the caller then says so with the cell. Nothing here guesses, and nothing is rounded but what lies behind the fifteenth
    decimal, which the caller then says too. `kind` is one letter that the
    intake gives (t text, n number of a workbook, m the same where days count from 1904, p percentage of a workbook,
    j number of a JSON file, d date).

    What numbers and dates may look like in text is declared by the layout, as words separated by spaces:

    number form (column decimal_sign)
        ,  or  .    the decimal sign; the other one, or a space, may group thousands, in threes only
        %           percentages too: 12,5 % is 12.5, so the field's unit is percent
        ()          amounts in parentheses are negative
        £ $ CHF ..  the currency of the amounts; where none is named it is the euro: €, EUR or nothing
    Amounts, and only they, may have a currency and a word: k, duizend; mln, mio, miljoen, million; mld, miljard,
    milliard; such a word is refused where the layout already has a unit factor. Without a decimal sign only digits are
    read: 1.234 is refused.

    date form
        iso         2026-06-30
        dmy         30/06/2026, 30-6-2026, 30.06.2026
        dmyy        30/06/26, always of this century
        words       30 juni 2026, 30-jun-2026, 1er juin 2026
        month       06/2026, 2026-06, juni 2026: its last day
        quarter     Q2 2026, 2026-Q2, 2e kwartaal 2026, 2026 - 2° trimestre: its last day
        semester    I 2022, Secondo Semestre 2022: its last day
        year        2026: its last day
    Months, quarters, half years and years have the words of the seed period_word, before or behind the year.
    A time behind a day is no part of it. At 22:00 and 23:00 sharp no day is read: so midnight here is written elsewhere,
    and then the day is the next one. Days of a workbook before 1950 are none: a year or an amount in a cell for dates.
#}

{# Spaces of every width as one plain space. #}
{% macro plain_spaces(text) -%}
    trim(regexp_replace({{ text }}, '[\s\x{00A0}\x{2007}\x{2009}\x{202F}]+', ' ', 'g'))
{%- endmacro %}

{# A text without the spaces around it, of every width. Where all its letters are plain ones a space has one width, and to
   look at both ends costs a twentieth of looking at each letter. #}
{% macro trimmed(text) -%}
    case
        when
            strlen({{ text }}) = length({{ text }})
            and not (starts_with({{ text }}, ' ') or ends_with({{ text }}, ' '))
            then {{ text }}
        else trim({{ text }})
    end
{%- endmacro %}

{# Whether a text has other plain white space than single spaces. #}
{% macro is_unevenly_spaced(text) -%}
    (
        contains({{ text }}, '  ')
        or contains({{ text }}, chr(9)) or contains({{ text }}, chr(10))
        or contains({{ text }}, chr(12)) or contains({{ text }}, chr(13))
    )
{%- endmacro %}

{# A text with one space for each stretch of plain white space. Few have another, and to replace costs ten times what it
   takes to see that. #}
{% macro single_spaced(text) -%}
    case
        when {{ is_unevenly_spaced(text) }} then regexp_replace({{ text }}, '\s+', ' ', 'g')
        else {{ text }}
    end
{%- endmacro %}

{# A text that names something, without what is not seen: white space of every kind as single spaces, characters that
   take no place left out, accents on their letters. Most texts have nothing of it, which is asked first: plain letters in
   the cheapest way, those of western languages and their signs, accents already on them, with one pattern. #}
{% macro folded(text) -%}
    case
        when
            (
                strlen({{ text }}) = length({{ text }})
                and not {{ is_unevenly_spaced(text) }}
            )
            or not regexp_matches(
                {{ text }},
                '  |[^ -~\x{00A1}-\x{00AC}\x{00AE}-\x{02FF}\x{2010}-\x{2027}\x{2030}-\x{205E}\x{20A0}-\x{20BF}]'
            )
            then {{ trimmed(text) }}
        else trim(regexp_replace(
            regexp_replace(nfc_normalize({{ text }}), '\p{Cf}+', '', 'g'), '[\s\p{Z}]+', ' ', 'g'
        ))
    end
{%- endmacro %}

{# A text that holds a day, without its time; `seen` is the text as `folded` gives it. #}
{% macro written_day(text, seen) -%}
    case
        when not contains({{ text }}, ':') then {{ seen }}
        when regexp_matches({{ text }}, '\d[ T]2[23]:00(:00)?(\.0+)?(Z|[+]00:?00)?$') then {{ text }}
        else regexp_replace({{ seen }}, '(\d)[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$', '\1')
    end
{%- endmacro %}

{# Whether the declared words hold this one. #}
{% macro declares(form, word) -%}
    list_contains(string_split(coalesce({{ form }}, ''), ' '), {{ word }})
{%- endmacro %}

{# A number in text, taken apart: what stands around the digits, and the digits with their signs. All parts are empty
   where the text is no number in any form. #}
{% macro number_parts(text) -%}
    regexp_extract(
        {{ plain_spaces(text) }},
        '^(\()?([-+−] ?)?(?:(€|£|\$|¥|[A-Z]{3}) ?)?([-+−])?(\d[\d., ]*?)(,--?)? ?([A-Za-z][a-z]*)?\.? ?(€|£|\$|¥|[A-Z]{3})?(%)?(\))?$',
        [
            'opening', 'sign', 'currency', 'inner_sign', 'digits', 'no_cents', 'word', 'currency_after', 'percent',
            'closing'
        ]
    )
{%- endmacro %}

{# The digits of a number with a point before the decimals; NULL where they are not of the declared form. A group of
   thousands never starts with a 0: 0.500 beside a decimal comma is an error and not five hundred. #}
{% macro plain_digits(parts, number_form) -%}
    case
        when {{ declares(number_form, "','") }}
            and regexp_full_match({{ parts }}.digits, '([1-9]\d{0,2}((\.\d{3})+|( \d{3})+)|\d+)(,\d+)?')
            then replace(replace(replace({{ parts }}.digits, '.', ''), ' ', ''), ',', '.')
        when {{ declares(number_form, "'.'") }}
            and regexp_full_match({{ parts }}.digits, '([1-9]\d{0,2}((,\d{3})+|( \d{3})+)|\d+)(\.\d+)?')
            then replace(replace({{ parts }}.digits, ',', ''), ' ', '')
        when regexp_full_match({{ parts }}.digits, '\d+')
            then {{ parts }}.digits
    end
{%- endmacro %}

{# What a word after an amount multiplies it by; NULL for any other word. #}
{% macro multiplier(parts) -%}
    case
        when {{ parts }}.word = '' then 1
        when lower({{ parts }}.word) in ('k', 'duizend') then 1000
        when lower({{ parts }}.word) in ('mln', 'mio', 'miljoen', 'million', 'millions') then 1000000
        when lower({{ parts }}.word) in ('mld', 'miljard', 'milliard') then 1000000000
    end
{%- endmacro %}

{# Whether what stands around the digits is declared for this field. #}
{% macro is_declared_number(parts, number_form, is_amount, unit_factor) -%}
    (
        case
            when {{ parts }}.opening = '' then {{ parts }}.closing = ''
            else {{ parts }}.closing = ')' and {{ parts }}.sign = '' and {{ parts }}.inner_sign = ''
                and {{ declares(number_form, "'()'") }}
        end
        and ({{ parts }}.sign = '' or {{ parts }}.inner_sign = '')
        and ({{ parts }}.no_cents = '' or {{ declares(number_form, "','") }})
        and ({{ parts }}.percent = '' or (not {{ is_amount }} and {{ declares(number_form, "'%'") }}))
        and ({{ parts }}.word = '' or ({{ is_amount }} and coalesce({{ unit_factor }}, 1) = 1))
        and case concat({{ parts }}.currency, {{ parts }}.currency_after)
            when '' then true
            when '€' then {{ is_amount }} and not {{ names_a_currency(number_form) }}
            when 'EUR' then {{ is_amount }} and not {{ names_a_currency(number_form) }}
            else {{ is_amount }} and {{ declares(number_form, "concat(" ~ parts ~ ".currency, " ~ parts ~ ".currency_after)") }}
        end
    )
{%- endmacro %}

{# Whether the number form names a currency. #}
{% macro names_a_currency(number_form) -%}
    regexp_matches(coalesce({{ number_form }}, ''), '(^| )([A-Z]{3}|£|\$|¥)( |$)')
{%- endmacro %}

{# Digits as a decimal, to its fifteenth decimal. The narrow type reads a text in a hundredth of the time. #}
{% macro exact_decimal(digits) -%}
    case
        when regexp_full_match({{ digits }}, '-?0*\d{1,12}(\.\d{1,6}0*)?')
            then cast(try_cast({{ digits }} as decimal(18, 6)) as decimal(38, 15))
        when regexp_full_match({{ digits }}, '-?0*\d{1,22}(\.\d+)?')
            then try_cast({{ digits }} as decimal(38, 15))
    end
{%- endmacro %}

{# Amounts and numbers, multiplied by the unit factor of the layout; NULL also where the product cannot be held. `parts`
   is the text as `number_parts` takes it apart. #}
{% macro read_number(text, kind, parts, number_form, is_amount='false', unit_factor='null') -%}
    try(
        coalesce({{ unit_factor }}, 1) * case
            when {{ kind }} in ('n', 'm', 'j')
                then {{ exact_decimal(text) }}
            when {{ kind }} = 'p' and not {{ is_amount }} and {{ declares(number_form, "'%'") }}
                then {{ exact_decimal("rtrim(" ~ text ~ ", '%')") }}
            when {{ kind }} = 't' and {{ is_declared_number(parts, number_form, is_amount, unit_factor) }}
                then {{ exact_decimal(plain_digits(parts, number_form)) }} * {{ multiplier(parts) }}
                * case
                    when {{ parts }}.opening <> '' or trim({{ parts }}.sign || {{ parts }}.inner_sign) in ('-', '−') then -1
                    else 1
                end
        end
    )
{%- endmacro %}

{# A day out of year, month and day in digits; NULL where the calendar has no such day, or not in our centuries. #}
{% macro day_of(year, month, day) -%}
    case
        when regexp_full_match({{ year }}, '(19|20|21)\d\d')
            then try_cast({{ year }} || '-' || lpad({{ month }}, 2, '0') || '-' || lpad({{ day }}, 2, '0') as date)
    end
{%- endmacro %}

{# The last month of the period that a text names by a word of a declared date form beside its year, as a number; NULL for
   any other text. `words` maps the form and the word (seed period_word) to the month. #}
{% macro named_month(text, date_form, words) -%}
    {%- set plain = "lower(" ~ plain_spaces(text) ~ ")" -%}
    list_min([
        {{ words }}[form || ' ' || rtrim(
            case
                when regexp_matches({{ plain }}, '^\d{4}([-/ ]|\D)') then regexp_replace({{ plain }}, '^\d{4}[-/ ]*', '')
                else regexp_replace({{ plain }}, '[-/ ]*\d{4}$', '')
            end,
            '.'
        )]
        for form in string_split({{ date_form }}, ' ')
    ])
{%- endmacro %}

{# Dates. A workbook's own date (`kind` 'd') is already iso; a plain number of a workbook is a day counted from 1900, or
   from 1904 (`kind` 'm'), if it falls between 1950 and 2149: 2026 and 20260630 are no days. The name of a month is whatever
   has no digit, space, point or dash: a pattern of ten times `\p{L}` takes some 15 ms to compile wherever it stands. #}
{% macro read_date(text, kind, date_form, period_words) -%}
    case
        when {{ kind }} = 'd' and (not regexp_full_match({{ text }}, '\d{4}-\d{2}-\d{2}') or {{ text }} < '1950')
            then null
        when {{ kind }} = 'd' or ({{ kind }} = 't' and {{ declares(date_form, "'iso'") }})
            and regexp_full_match({{ text }}, '\d{4}-\d{2}-\d{2}')
            then case when left({{ text }}, 2) in ('19', '20', '21') then try_cast({{ text }} as date) end
        when {{ kind }} in ('n', 'm') and regexp_full_match({{ text }}, '\d{5}')
            then {{ counted_day(text, kind) }}
        when {{ kind }} in ('t', 'n', 'm') and {{ declares(date_form, "'year'") }}
            and regexp_full_match({{ text }}, '\d{4}')
            then {{ day_of(text, "'12'", "'31'") }}
        when {{ kind }} <> 't' then null
        when {{ declares(date_form, "'dmy'") }}
            and regexp_full_match({{ text }}, '\d{1,2}(/\d{1,2}/|-\d{1,2}-|\.\d{1,2}\.)\d{4}')
            then {{ day_in(text, '^(\d+).(\d+).(\d+)$', 3, 2, 1) }}
        when {{ declares(date_form, "'dmyy'") }}
            and regexp_full_match({{ text }}, '\d{1,2}(/\d{1,2}/|-\d{1,2}-|\.\d{1,2}\.)\d{2}')
            then {{ day_in("regexp_replace(" ~ text ~ ", '(..)$', '20\\1')", '^(\d+).(\d+).(\d+)$', 3, 2, 1) }}
        when {{ declares(date_form, "'words'") }}
            and regexp_full_match({{ plain_spaces(text) }}, '\d{1,2}(er|°|º)?[- ][^\d .-]{3,10}\.?[- ]\d{4}')
            then {{ day_of(
                "regexp_extract(" ~ text ~ ", '\\d{4}$')",
                "cast(" ~ named_month("regexp_replace(" ~ text ~ ", '^\\d+(er|°|º)?[- ]', '')", "'month'", period_words)
                    ~ " as varchar)",
                "regexp_extract(" ~ text ~ ", '^\\d+')"
            ) }}
        when {{ declares(date_form, "'month'") }} and regexp_full_match({{ text }}, '\d{1,2}[-/]\d{4}')
            then last_day({{ day_of(text ~ "[-4:]", text ~ "[:-6]", "'1'") }})
        when {{ declares(date_form, "'month'") }} and regexp_full_match({{ text }}, '\d{4}-\d{2}')
            then last_day({{ day_of(text ~ "[:4]", text ~ "[-2:]", "'1'") }})
        else last_day({{ day_of(
            "regexp_extract(" ~ text ~ ", '^\\d{4}|\\d{4}$')",
            "cast(" ~ named_month(text, date_form, period_words) ~ " as varchar)",
            "'1'"
        ) }})
    end
{%- endmacro %}

{# The day whose year, month and day are these groups of a pattern. #}
{% macro day_in(text, pattern, year, month, day) -%}
    {{ day_of(
        "regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', " ~ year ~ ")",
        "regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', " ~ month ~ ")",
        "regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', " ~ day ~ ")"
    ) }}
{%- endmacro %}

{# The day a workbook's number counts to. #}
{% macro counted_day(text, kind) -%}
    {%- set day -%}
        (case when {{ kind }} = 'm' then date '1904-01-01' else date '1899-12-30' end + cast({{ text }} as integer))
    {%- endset -%}
    case when {{ day }} between date '1950-01-01' and date '2149-12-31' then {{ day }} end
{%- endmacro %}
