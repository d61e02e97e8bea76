{# One field of a record out of its cells, typed. #}
{% macro field(name, type='varchar') -%}
    cast(max(case when field = '{{ name }}' then canonical end) as {{ type }}) as {{ name }}
{%- endmacro %}

{# The value state of a field: reported, not_reported, not_applicable or withheld. #}
{% macro state_of(name) -%}
    coalesce(max(case when field = '{{ name }}' then value_state end), 'not_reported') as {{ name }}_state
{%- endmacro %}

{# Why a field has no value, in the words of the return; empty where it has one or nothing was said. #}
{% macro reason_of(name) -%}
    max(case when field = '{{ name }}' then state_reason end) as {{ name }}_reason
{%- endmacro %}

{# What every staged record carries beside its fields: where it stands and what it is the record of. #}
{% macro staged_record(record, columns) %}
with

cells as (

    select * from {{ ref('stg_cell') }} where record = '{{ record }}'

),

submissions as (

    select * from {{ ref('stg_submission') }}

),

pivoted as (

    select
        row_id,
        submission_id,
        sheet,
        row_number,
        case
            when not coalesce(bool_or(is_key and is_required and canonical is null), false)
                then string_agg(case when is_key then coalesce(canonical, '') end, '|' order by position)
        end as record_key,
        bool_or(is_repeatable) as is_repeatable,
        string_agg(coalesce(canonical, ''), '|' order by position) as content,
        {% for column in columns -%}
        {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from cells
    group by row_id, submission_id, sheet, row_number

),

final as (

    select
        pivoted.* exclude (is_repeatable, content),
        submissions.plan_code,
        submissions.meetmoment_code,
        submissions.meetmoment_number,
        submissions.cutoff_date,
        is_repeatable and row_number() over (
            partition by pivoted.submission_id, pivoted.record_key, pivoted.content order by pivoted.row_number, pivoted.row_id
        ) > 1 as is_repeat
    from pivoted
    inner join submissions on pivoted.submission_id = submissions.submission_id

)

select * from final
{% endmacro %}

{# The accepted rows of a staged record as versions: which one held from when to when. Of the same key the highest declared
   version holds, then the latest receipt, then the sha256; `known_to` is empty while it still holds. A withdrawn
   submission stops holding when it was withdrawn, and what it had taken over from holds again from then on, as a further
   stretch of that same version. Where deliveries are full ones (`int_full_delivery`), a later one also ends what it
   lacks; a row that it has but that was set apart ends nothing. #}
{% macro versions_of(staged) %}
{% set version_order = 'declared_version, known_from, sha256, row_id' %}
with

delivered as (

    select
        staged.*,
        submissions.received_at as known_from,
        submissions.declared_version,
        submissions.sha256,
        submissions.withdrawn_at,
        full_deliveries.series,
        full_deliveries.series_position,
        full_deliveries.next_received_at,
        quarantined.row_id is not null as is_quarantined
    from {{ ref(staged) }} as staged
    inner join {{ ref('int_submission') }} as submissions on staged.submission_id = submissions.submission_id
    left join {{ ref('int_quarantined_row') }} as quarantined on staged.row_id = quarantined.row_id
    left join {{ ref('int_full_delivery') }} as full_deliveries
        on staged.submission_id = full_deliveries.submission_id
        and staged.sheet = full_deliveries.sheet
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
        min(lacked_from) over (
            partition by plan_code, meetmoment_code, record_key, series
            order by {{ version_order }}
            rows between current row and unbounded following
        ) as ended_at
    from lacked

),

accepted as (

    select * exclude (series, series_position, next_received_at, lacked_from, is_quarantined)
    from ended
    where not is_quarantined

),

warned as (

    select * from {{ ref('int_row_warning') }}

),

ordered as (

    select
        accepted.*,
        coalesce(warned.warning_count, 0) as warning_count,
        least(
            accepted.ended_at,
            min(accepted.known_from) over (
                partition by accepted.plan_code, accepted.meetmoment_code, accepted.record_key
                order by accepted.declared_version, accepted.known_from, accepted.sha256, accepted.row_id
                rows between 1 following and unbounded following
            )
        ) as known_to,
        row_number() over (
            partition by accepted.plan_code, accepted.meetmoment_code, accepted.record_key
            order by accepted.declared_version, accepted.known_from, accepted.sha256, accepted.row_id
        ) as precedence,
        count(accepted.withdrawn_at) over (
            partition by accepted.plan_code, accepted.meetmoment_code, accepted.record_key
        ) as withdrawn_count
    from accepted
    left join warned on accepted.row_id = warned.row_id

),

{{ withdrawn_versions('ordered') }}

held as (

    select * exclude (precedence, withdrawn_count, withdrawn_at, ended_at) from ordered where withdrawn_count = 0
    union all by name
    select * exclude (precedence, withdrawn_count, withdrawn_at, ended_at) from withdrawn_versions

),

final as (

    select
        * exclude (declared_version, sha256, is_repeat),
        known_to is null as is_current
    from held

)

select * from final
{% endmacro %}

{# A text for comparing: case, white space and a full stop at the end are form, not meaning. #}
{% macro plain_text(text) -%}
    rtrim(lower(trim(regexp_replace({{ text }}, '\s+', ' ', 'g'))), '.')
{%- endmacro %}

{# The earlier value of a column: the same key at the latest earlier meetmoment that has it. Needs the window `earlier`. #}
{% macro previous(column) -%}
    lag({{ column }}) over earlier
{%- endmacro %}

{# The window of `previous`, over rows of which one per key and meetmoment holds. #}
{% macro earlier_window() -%}
    window earlier as (partition by plan_code, record_key order by meetmoment_number)
{%- endmacro %}

{# Whether something new was said: the words of an earlier meetmoment, sent again, explain no new change. #}
{% macro is_newly_explained() -%}
    coalesce(explanation <> {{ previous('explanation') }}, explanation is not null)
{%- endmacro %}
