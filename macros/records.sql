{# A whole staging model: the rows received that hold a record, read by column and typed. What every record carries beside
   its fields: where it stands, its key, what it says as one checksum, the state of each field as one letter, and what
   is to be said of its fields. `with_state` names the fields whose state, and the reason of it, are columns too. #}
{% macro staged_record(record, with_state=[]) %}
{% set fields = record_fields(record) %}
{% set numbers = fields | selectattr('type', 'in', ['amount', 'number']) | list %}
{% set dates = fields | selectattr('type', 'equalto', 'date') | list %}
{% set codes = fields | selectattr('type', 'in', ['code_list', 'boolean']) | list %}
{% set keys = fields | selectattr('is_key', 'defined') | list %}
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

source_columns as (

    select * from {{ ref('stg_source_column') }} where record = '{{ record }}'

),

words as (

    select * from {{ ref('stg_layout_word') }}

),

{% if codes %}
code_words as (

    select * from {{ ref('stg_code_word') }}

),
{% endif %}

-- Where each field stands: one row per sheet and instance.
sheets as (

    select
        source_columns.submission_id,
        source_columns.sheet,
        source_columns.instance,
        submissions.meetmoment_code,
        submissions.meetmoment_number,
        submissions.cutoff_date,
        submissions.recoded_codes,
        any_value(source_columns.layout_code) as layout_code,
        bool_or(source_columns.is_repeatable) as is_repeatable,
        bool_or(source_columns.is_conditional) as is_conditional,
        any_value(source_columns.condition_columns) as condition_columns,
        {% for field in fields -%}
        {{ column_of(field.name) }} as {{ field.name }}_column{{ ',' if not loop.last }}
        {% endfor %}
    from source_columns
    inner join submissions using (submission_id)
    group by all

),

cells as (

    select
        sheets.* exclude (is_conditional, condition_columns, layout_code),
        source.row_number,
        words.whole_words,
        words.first_words,
        words.period_words,
        {% for field in fields -%}
        {{ received_cell('sheets.' ~ field.name ~ '_column', 'source') }} as {{ field.name }}_cell,
        {{ received_kind('sheets.' ~ field.name ~ '_column', 'source') }} as {{ field.name }}_kind{{ ',' if not loop.last }}
        {% endfor %}
    from {{ source('raw', 'row') }} as source
    inner join sheets using (submission_id, sheet)
    left join words using (layout_code)
    where not sheets.is_conditional or {{ holds_something('source', 'sheets.condition_columns') }}

),

received as (

    select
        *,
        {% for field in fields -%}
        nullif({{ trimmed(field.name ~ '_cell') }}, '') as {{ field.name }}_text{{ ',' if not loop.last }}
        {% endfor %}
    from cells

),

-- What is not seen in a text says nothing.
seen as (

    select
        *,
        {% for field in fields -%}
        {{ folded(field.name ~ '_text') }} as {{ field.name }}_seen{{ ',' if not loop.last }}
        {% endfor %}
    from received

),

stated as (

    select
        *,
        {% for field in fields -%}
        case
            when {{ field.name }}_text is null then 'not_reported'
            else coalesce({{ stated_by('seen', field.name ~ '_seen') }}, 'reported')
        end as {{ field.name }}_word{{ ',' if not loop.last }}
        {% endfor %}
    from seen

),

-- Numbers in text, taken apart, and days without their times.
parted as (

    select
        *{{ ',' if numbers or dates }}
        {% for field in dates -%}
        {{ written_day(field.name ~ '_text', field.name ~ '_seen') }} as {{ field.name }}_day{{ ',' if numbers or not loop.last }}
        {% endfor %}
        {% for field in numbers -%}
        case
            when {{ field.name }}_kind = 't' and {{ field.name }}_word = 'reported'
                then {{ number_parts(field.name ~ '_text') }}
        end as {{ field.name }}_parts{{ ',' if not loop.last }}
        {% endfor %}
    from stated

),

-- Read to its type; what is not of the declared form, or is no value, is empty here. A code that a workbook holds as a
-- date was one before the workbook changed it.
readings as (

    select
        parted.*,
        {% for field in codes -%}
        {{ field.name }}_words.valid_from_meetmoment as {{ field.name }}_valid_from,
        {{ field.name }}_words.valid_to_meetmoment as {{ field.name }}_valid_to,
        {% endfor -%}
        {% for field in fields -%}
        {{ reading(field.name, field.type) }} as {{ field.name }}_read{{ ',' if not loop.last }}
        {% endfor %}
    from parted
    {% for field in codes -%}
    left join code_words as {{ field.name }}_words
        on parted.{{ field.name }}_column.code_list = {{ field.name }}_words.code_list
        and lower(parted.{{ field.name }}_seen) = {{ field.name }}_words.word
    {% endfor %}

),

judged as (

    select
        *,
        {% for field in fields -%}
        {{ form_verdict(field.name, field.type, field.is_key) }} as {{ field.name }}_verdict{{ ',' if not loop.last }}
        {% endfor %}
    from readings

),

typed as (

    select
        *,
        {% for field in fields -%}
        {% if field in numbers -%}
        case
            when {{ field.name }}_verdict in ('ok', 'rounded_to_cents', 'too_many_decimals') then cast({{ field.name }}_read as {{ data_type(field.type) }})
        end
        {%- else -%}
        {{ present_code(field.name) }}
        {%- endif %} as {{ field.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from judged

),

described as (

    select
        submission_id || '#' || sheet || '!' || row_number || coalesce('/' || instance, '') || ':{{ record }}' as row_id,
        submission_id,
        sheet,
        row_number,
        instance,
        concat_ws(
            '|',
            {% for field in keys -%}
            case when {{ field.name }}_column is not null then coalesce({{ value_text(field.name, field.type) }}, '') end
            {{- ',' if not loop.last }}
            {% endfor %}
        ) as stated_key,
        {% for field in keys -%}
        {{ 'or ' if not loop.first }}coalesce(
            {{ field.name }} is null and ({{ field.name }}_column.is_required or {{ field.name }}_word = 'reported'), false
        )
        {% endfor %} as lacks_key,
        {% for field in fields -%}
        {{ field.name }},
        {% if field.name in with_state -%}
        {{ field.name }}_word as {{ field.name }}_state,
        case when {{ field.name }}_word <> 'reported' then {{ field.name }}_text end as {{ field.name }}_reason,
        {% endif -%}
        {% endfor -%}
        md5(concat_ws(
            '|',
            {% for field in fields -%}
            {{ said(field.name, field.type) }}{{ ',' if not loop.last }}
            {% endfor %}
        )) as content,
        {% for field in fields -%}
        {{ '|| ' if not loop.first }}{{ state_letter(field.name) }}
        {% endfor %} as states,
        {{ remarks_on(fields) }} as remarks,
        meetmoment_code,
        meetmoment_number,
        cutoff_date,
        is_repeatable
    from typed

),

-- Where a layout says that rows repeat, equal ones count once.
repeats as (

    select row_id
    from described
    where is_repeatable
    qualify row_number() over (
        partition by
            submission_id, stated_key, lacks_key,
            {% for field in fields -%}
            {{ field.name }}{{ ',' if not loop.last }}
            {% endfor %}
        order by row_number, row_id
    ) > 1

),

final as (

    select
        described.* exclude (lacks_key, is_repeatable),
        case when not lacks_key then stated_key end as record_key,
        repeats.row_id is not null as is_repeat
    from described
    left join repeats using (row_id)

)

select * from final
{% endmacro %}

{# The accepted rows of a staged record as versions: which one held from when to when. Of the same key a row of the domain
   whose project it is goes before one of another domain; then the submission that takes precedence holds
   (`stg_submission`); `known_to` is empty while it still holds. With its project a row stops holding too. A withdrawn
   submission stops holding when it was withdrawn, and what it had taken over from holds again from then on, as a further
   stretch of that same version. Where deliveries are full ones (`int_full_delivery`), a later one also ends what it
   lacks, until it is withdrawn itself; a row that it has but that was set apart ends nothing. Candidates are the versions as
   they are before rows are set apart by what stands beside them. #}
{% macro versions_of(staged, set_apart='int_quarantined_row') %}
{% set version_order = 'is_of_owner, submission_precedence, row_id' %}
{% set is_fact = staged not in ['stg_project', 'stg_indicator'] %}
with

-- When a row holds is asked of its keys alone: what it says follows at the end, where nothing has to be sorted any more.
delivered as (

    select
        staged.row_id,
        staged.meetmoment_code,
        staged.record_key,
        submissions.counts_from as known_from,
        coalesce(submissions.sender_code = owners.policy_domain_code, true) as is_of_owner,
        submissions.precedence as submission_precedence,
        submissions.withdrawn_at,
        {{ 'fact_projects.project_gone_at' if is_fact else 'cast(null as timestamp)' }} as project_gone_at,
        full_deliveries.series,
        full_deliveries.series_position,
        full_deliveries.next_received_at,
        full_deliveries.is_withdrawn_later,
        quarantined.row_id is not null as is_quarantined
    from {{ ref(staged) }} as staged
    inner join {{ ref('int_verdict') }} as submissions using (submission_id)
    left join {{ ref(set_apart) }} as quarantined using (row_id)
    left join {{ ref('int_full_delivery') }} as full_deliveries using (submission_id, sheet)
    left join {{ ref('stg_project_owner') }} as owners
        on staged.meetmoment_code = owners.meetmoment_code
        and staged.project_code = owners.project_code
    {%- if is_fact %}
    left join {{ ref('int_fact_project') }} as fact_projects using (row_id)
    {%- endif %}
    where
        submissions.verdict = 'accepted'
        and not staged.is_repeat

),

-- The next full delivery of the series either has the key again or lacks it from its receipt on.
lacked as (

    select
        *,
        case
            when
                coalesce(
                    lead(series_position) over (partition by series, record_key order by series_position, row_id)
                    <> series_position + 1,
                    true
                )
                then next_received_at
        end as lacked_from
    from delivered

),

ended as (

    select
        *,
        least(
            project_gone_at,
            min(lacked_from) over (
                partition by meetmoment_code, record_key, series
                order by {{ version_order }}
                rows between current row and unbounded following
            )
        ) as ended_at
    from lacked

),

accepted as (

    select * from ended where not is_quarantined

),

ordered as (

    select
        accepted.*,
        least(
            accepted.ended_at,
            min(accepted.known_from) over (
                partition by accepted.meetmoment_code, accepted.record_key
                order by {{ version_order }}
                rows between 1 following and unbounded following
            )
        ) as known_to,
        row_number() over (
            partition by accepted.meetmoment_code, accepted.record_key
            order by {{ version_order }}
        ) as precedence,
        bool_or(
            accepted.withdrawn_at is not null or coalesce(accepted.ended_at is not null and accepted.is_withdrawn_later, false)
        ) over (
            partition by accepted.meetmoment_code, accepted.record_key
        ) as is_touched
    from accepted

),

{{ withdrawn_versions('ordered', 'delivered') }}

stretches_held as (

    select * from ordered where not is_touched
    union all by name
    select * from withdrawn_versions

),

final as (

    select
        staged.* exclude (instance, stated_key, remarks, is_repeat),
        stretches_held.known_from,
        stretches_held.known_to,
        stretches_held.known_to is null as is_current
    from stretches_held
    inner join {{ ref(staged) }} as staged using (row_id)

)

select * from final
{% endmacro %}

{# A text for comparing: case, white space and a full stop at the end are form, not meaning. #}
{% macro plain_text(text) -%}
    rtrim(lower(trim({{ single_spaced(text) }})), '.')
{%- endmacro %}

{# The earlier value of a column: the same key at the latest earlier meetmoment that has it. Needs the window `earlier`. #}
{% macro previous(column) -%}
    lag({{ column }}) over earlier
{%- endmacro %}

{# The window of `previous`, over rows of which one per key and meetmoment holds. #}
{% macro earlier_window() -%}
    window earlier as (partition by record_key order by meetmoment_number)
{%- endmacro %}

{# Whether something new was said: the words of an earlier meetmoment, sent again, explain no new change. #}
{% macro is_newly_explained() -%}
    coalesce(explanation <> {{ previous('explanation') }}, explanation is not null)
{%- endmacro %}
