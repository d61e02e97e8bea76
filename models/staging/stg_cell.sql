-- One row per submission, sheet, row, record, instance and field: a cell under its layout's name, read to its type.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

sheets as (

    select sheet.*
    from {{ source('raw', 'sheet') }} as sheet
    inner join submissions on sheet.submission_id = submissions.submission_id

),

-- A field comes from one column, from several joined by a space (their parts in order), or from a constant.
mapped_fields as (

    select
        sheets.submission_id,
        sheets.sheet,
        columns.record,
        columns.instance,
        columns.field,
        list(header.column_number order by columns.part) filter (where header.column_number is not null)
            as column_numbers,
        string_agg(header.header, ' + ' order by columns.part) as source_header,
        max(columns.constant) as constant,
        max(columns.unit_factor) as unit_factor,
        coalesce(max(columns.decimal_sign), max(layouts.decimal_sign)) as decimal_sign,
        coalesce(max(columns.date_form), max(layouts.date_form)) as date_form,
        max(columns.code_list) as code_list,
        max(layouts.layout_code) as layout_code,
        bool_or(list_contains(string_split(coalesce(layouts.repeated_records, ''), ' '), columns.record))
            as is_repeatable
    from sheets
    inner join {{ ref('layout') }} as layouts on sheets.layout_code = layouts.layout_code
    inner join {{ ref('layout_column') }} as columns on layouts.layout_code = columns.layout_code
    left join {{ source('raw', 'header') }} as header
        on sheets.submission_id = header.submission_id
        and sheets.sheet = header.sheet
        and columns.source_column = header.header
    where columns.record is not null and (header.column_number is not null or columns.constant is not null)
    group by sheets.submission_id, sheets.sheet, columns.record, columns.instance, columns.field

),

fields as (

    select
        mapped_fields.* exclude (code_list),
        record_field.position,
        record_field.type,
        record_field.is_key,
        record_field.is_required,
        coalesce(mapped_fields.code_list, record_field.code_list) as code_list
    from mapped_fields
    inner join {{ ref('record_field') }} as record_field
        on mapped_fields.record = record_field.record
        and mapped_fields.field = record_field.field

),

received as (

    select
        submissions.plan_code,
        submissions.meetmoment_number,
        source.submission_id,
        source.sheet,
        source.row_number,
        fields.* exclude (submission_id, sheet),
        fields.column_numbers[1] as column_number,
        case
            when fields.column_numbers is null then 't'
            when len(fields.column_numbers) > 1 then 't'
            else substr(source.kinds, fields.column_numbers[1], 1)
        end as kind,
        nullif(trim(
            coalesce(
                fields.constant,
                array_to_string([source.texts[number] for number in fields.column_numbers], ' ')
            )
        ), '') as text
    from {{ source('raw', 'row') }} as source
    inner join submissions on source.submission_id = submissions.submission_id
    inner join fields
        on source.submission_id = fields.submission_id
        and source.sheet = fields.sheet

),

stated as (

    select
        received.*,
        case
            when received.text is null then 'not_reported'
            else coalesce(null_words.value_state, 'reported')
        end as value_state
    from received
    left join {{ ref('layout_null_word') }} as null_words
        on lower(received.text) = lower(null_words.word)
        and coalesce(null_words.layout_code, received.layout_code) = received.layout_code

),

code_words as (

    select
code_list,
code,
lower(code) as word
from {{ ref('code') }}
    union
    select
code_list,
code,
lower(label_nl) as word
from {{ ref('code') }}
    union
    select
code_list,
code,
lower(label_en) as word
from {{ ref('code') }}
    union
    select
code_list,
code,
lower(synonym) as word
from {{ ref('code_synonym') }}

),

-- Numbers in text, taken apart.
split as (

    select
        stated.*,
        case when stated.type in ('amount', 'number') then {{ number_parts('stated.text') }} end as number_parts
    from stated

),

-- Read to its type; what is not of the declared form, or is no value, is empty here. A code that a workbook holds as a
-- date was one before the workbook changed it.
typed as (

    select
        split.* exclude (number_parts),
        split.value_state = 'reported' and split.kind <> 'e' and not (split.type = 'code' and split.kind = 'd')
            as is_readable,
        case when split.type in ('amount', 'number') then
            {{ read_number(
                'split.text', 'split.kind', 'split.number_parts', 'split.decimal_sign', "(split.type = 'amount')",
                'split.unit_factor'
            ) }}
        end as number_read,
        case when split.type = 'date' then
            {{ read_date('split.text', 'split.kind', 'split.date_form') }}
        end as date_read,
        code_words.code as code_read,
        codes.valid_from_meetmoment,
        codes.valid_to_meetmoment
    from split
    left join code_words
        on split.type = 'code_list'
        and split.code_list = code_words.code_list
        and lower(split.text) = code_words.word
    left join {{ ref('code') }} as codes
        on code_words.code_list = codes.code_list
        and code_words.code = codes.code

),

written as (

    select
        typed.*,
        type = 'amount' and is_readable
        and coalesce(number_read <> round(number_read, 2), regexp_matches(text, '[.,]\d{16,}$')) as is_too_fine,
        type = 'number' and is_readable
        and coalesce(number_read <> round(number_read, 6), regexp_matches(text, '[.,]\d{16,}%?$'))
            as has_too_many_decimals,
        type = 'amount' and is_readable and abs(number_read) >= 10000000000000000 as is_too_large,
        case
            when not is_readable then null
            when type = 'text' then text
            when type = 'code' then upper(text)
            when type = 'code_list' then code_read
            when type = 'date' then cast(date_read as varchar)
            else rtrim(rtrim(cast(number_read as varchar), '0'), '.')
        end as canonical
    from typed

),

final as (

    select
        submission_id || '#' || sheet || '!' || row_number || coalesce('/' || instance, '') || ':' || record as row_id,
        submission_id,
        sheet,
        row_number,
        record,
        instance,
        field,
        position,
        is_key,
        is_required,
        is_repeatable,
        type,
        code_list,
        column_number,
        source_header,
        text,
        value_state,
        case when value_state <> 'reported' then text end as state_reason,
        case when not (
            coalesce(is_too_fine, false) or coalesce(has_too_many_decimals, false) or coalesce(is_too_large, false)
        ) then canonical end as canonical,
        case
            when value_state = 'reported' and kind = 'e' then 'error_cell'
            when value_state = 'reported' and type = 'code' and kind = 'd' then 'date_for_code'
            when is_too_fine then 'not_whole_cents'
            when has_too_many_decimals then 'too_many_decimals'
            when is_too_large then 'too_large'
            when value_state = 'reported' and canonical is null then case type
                when 'code_list' then 'unknown_code'
                when 'date' then 'not_a_date'
                else 'not_a_number'
            end
            when type = 'code_list' and canonical is not null and (
                meetmoment_number < valid_from_meetmoment or meetmoment_number > valid_to_meetmoment
            ) then 'code_not_valid'
            when value_state <> 'reported' and is_key and is_required then 'missing_key'
            when value_state <> 'reported' and is_required then 'missing'
            else 'ok'
        end as form_verdict
    from written

)

select * from final
