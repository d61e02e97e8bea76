{# What a set of suites found, on the cell as its sender knows it, in two languages. A failure stands on the cell of its
   field where the layout maps it, else on its row; or on no cell, where the key of what was judged is the submission.
   Severity is the rule's own unless the registry says otherwise for the plan; a waiver counts when the return was
   received while it was valid, and one that names a file by its sha256 from when it was granted. The same rule on the same cell of the same file always has the same `finding_id`. #}
{% macro findings_of(failures, refusals=none) %}
with

failures as (

    select * from {{ ref(failures) }}

),

record_rows as (

    select *
    from {{ ref('stg_record_row') }}
    where row_id in (select row_id from failures)

),

cells as (

    {{ cells_of('record_rows', ref('stg_row_text')) }}

),

submissions as (

    select * from {{ ref('stg_submission') }}

),

-- What a field is called where its file has no column for it.
fields as (

    select
        record,
        field,
        label_nl,
        label_en
    from {{ ref('record_field') }}

),

sheets as (

    select
        submission_id,
        sheet,
        is_transposed
    from {{ ref('stg_sheet') }}

),

rules as (

    select * from {{ ref('rule') }}

),

own_severities as (

    select * from {{ ref('reg_rule_severity') }}

),

waivers as (

    select * from {{ ref('reg_waiver') }}

),

currencies as (

    select case when currency = 'EUR' then 'euro' else currency end as name from {{ ref('reg_plan') }}

),

places as (

    select
        failures.rule_id,
        failures.row_id,
        failures.field,
        record_rows.submission_id,
        record_rows.sheet,
        record_rows.row_number,
        coalesce(cells.source_header, fields.label_nl, failures.field) as column_name,
        coalesce(cells.source_header, fields.label_en, failures.field) as column_name_en,
        coalesce(cells.source_header, failures.field) as column_or_field,
        cells.column_number,
        coalesce(failures.named_value, cells.text, failures.value) as received_value,
        failures.expected,
        failures.expected_en,
        record_rows.project_code,
        record_rows.stated_key as record_key
    from failures
    inner join record_rows using (row_id)
    left join cells using (row_id, field)
    left join fields on record_rows.record = fields.record and failures.field = fields.field
    union all by name
    select
        failures.rule_id,
        submissions.submission_id,
        failures.value as received_value,
        failures.expected,
        failures.expected_en
    from failures
    inner join submissions on failures.row_id = submissions.submission_id
    {%- if refusals %}
    union all by name
    select * from {{ ref(refusals) }}
    {%- endif %}

),

identified as (

    select
        places.*,
        coalesce(sheets.is_transposed, false) as is_transposed,
        case
            -- What stands on the whole record stands on its column, at the head of it.
            when sheets.is_transposed
                then {{ column_letters('places.row_number') }} || coalesce(places.column_number, 1)
            else {{ column_letters('places.column_number') }} || places.row_number
        end as cell,
        {{ short_checksum("concat_ws(
            '|',
            places.rule_id,
            places.submission_id,
            coalesce(places.row_id, ''),
            coalesce(places.sheet, ''),
            coalesce(cast(places.row_number as varchar), 'None'),
            coalesce(cast(places.column_number as varchar), ''),
            coalesce(places.column_or_field, places.column_name, ''),
            coalesce(places.received_value, '')
        )") }} as finding_id
    from places
    left join sheets using (submission_id, sheet)

),

judged as (

    select
        identified.*,
        rules.gate,
        rules.expected_nl,
        rules.expected_en as rule_expected_en,
        rules.message_nl,
        rules.message_en,
        coalesce(own_severities.severity, rules.severity) as severity,
        submissions.meetmoment_code,
        submissions.sender_code,
        submissions.file_name,
        submissions.sha256,
        submissions.received_on
    from identified
    inner join submissions using (submission_id)
    inner join rules using (rule_id)
    left join own_severities using (rule_id)
    where coalesce(own_severities.severity, rules.severity) <> 'off'
    qualify row_number() over (
        partition by identified.finding_id order by identified.expected, identified.expected_en
    ) = 1

),

waived as (

    select
        judged.finding_id,
        min(waivers.waiver_id) as waiver_id
    from judged
    inner join waivers using (rule_id)
    where
        case
            when waivers.record_key = judged.sha256
                then
                    coalesce(waivers.meetmoment_code, judged.meetmoment_code) = judged.meetmoment_code
                    and waivers.granted_on <= cast({{ known_on() }} as date)
                    and judged.received_on <= waivers.valid_until
            else {{ is_covered('waivers', 'judged', 'judged.received_on') }}
        end
    group by judged.finding_id

),

worded as (

    select
        * replace (
            {% for language in ['nl', 'en'] -%}
            case when is_transposed then {{ turned('message_' ~ language) }} else message_{{ language }} end
                as message_{{ language }}{{ ',' if not loop.last }}
            {% endfor %}
        ),
        case when row_number is null then '' else coalesce(cell, 'rij ' || row_number) end as place_nl,
        case when row_number is null then '' else coalesce(cell, 'row ' || row_number) end as place_en,
        case when is_transposed then {{ column_letters('row_number') }} else cast(row_number as varchar) end as row_text
    from judged

),

final as (

    select
        worded.finding_id,
        worded.gate,
        worded.rule_id,
        worded.severity,
        worded.submission_id,
        worded.row_id,
        worded.field,
        worded.sheet,
        cast(worded.row_number as integer) as row_number,
        worded.column_name,
        worded.cell,
        worded.received_value,
        coalesce(nullif(worded.expected, ''), nullif(worded.expected_nl, '')) as expected,
        coalesce(
            nullif(worded.expected_en, ''), nullif(worded.expected, ''), nullif(worded.rule_expected_en, '')
        ) as expected_en,
        {%- for language, expected, column in [
            ('nl', 'worded.expected', 'worded.column_name'),
            (
                'en',
                'coalesce(worded.expected_en, worded.expected)',
                'coalesce(worded.column_name_en, worded.column_name)'
            )
        ] %}
        {{ filled_in('worded.message_' ~ language, {
            'value': 'worded.received_value',
            'key': key_in_words('worded.received_value'),
            'column': column,
            'row': 'worded.row_text',
            'sheet': 'worded.sheet',
            'cell': 'worded.place_' ~ language,
            'expected': expected,
            'currency': 'currencies.name',
        }) }} as message_{{ language }},
        {%- endfor %}
        waived.waiver_id,
        waivers.reason_nl as waiver_reason_nl,
        waivers.reason_en as waiver_reason_en,
        worded.meetmoment_code,
        worded.sender_code,
        worded.file_name
    from worded
    cross join currencies
    left join waived using (finding_id)
    left join waivers on waived.waiver_id = waivers.waiver_id

)

select * from final
{% endmacro %}
