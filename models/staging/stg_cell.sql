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

-- What the layout of each sheet says about it; the value may be the same on every row: a constant, or in the file name.
declared_columns as (

    select
        sheets.submission_id,
        sheets.sheet,
        columns.* exclude (constant),
        coalesce(columns.decimal_sign, layouts.decimal_sign) as declared_decimal_sign,
        coalesce(columns.date_form, layouts.date_form) as declared_date_form,
        list_contains(string_split(coalesce(layouts.repeated_records, ''), ' '), columns.record) as is_repeatable,
        columns.constant is not null as is_declared,
        case
            when columns.source_column = '@file_name'
                then coalesce(regexp_extract(submissions.file_name, columns.extract, 1), '')
            else columns.constant
        end as constant
    from sheets
    inner join submissions on sheets.submission_id = submissions.submission_id
    inner join {{ ref('layout') }} as layouts on sheets.layout_code = layouts.layout_code
    inner join {{ ref('layout_column') }} as columns on layouts.layout_code = columns.layout_code
    where columns.record is not null

),

-- A header is named as it stands, or by a pattern that it matches as a whole.
found_columns as (

    select
        declared_columns.*,
        header.column_number,
        header.header
    from declared_columns
    inner join {{ source('raw', 'header') }} as header
        on declared_columns.submission_id = header.submission_id
        and declared_columns.sheet = header.sheet
    where
        declared_columns.source_column = header.header
        or (
            starts_with(declared_columns.source_column, 're:')
            and regexp_full_match(header.header, declared_columns.source_column[4:])
        )

),

present_columns as (

    select * from found_columns
    union all
    select
        *,
        null as column_number,
        case when source_column = '@file_name' then source_column end as header
    from declared_columns
    where constant is not null

),

-- A field comes from one column, from several joined by a space (their parts in order), or is the same on every row.
mapped_fields as (

    select
        submission_id,
        sheet,
        record,
        instance,
        field,
        list(column_number order by part) filter (where column_number is not null) as column_numbers,
        string_agg(header, ' + ' order by part) as source_header,
        max(constant) as constant,
        bool_or(is_declared) as is_declared,
        max(unit_factor) as unit_factor,
        max(declared_decimal_sign) as decimal_sign,
        max(declared_date_form) as date_form,
        max(code_list) as code_list,
        max(layout_code) as layout_code,
        bool_or(is_repeatable) as is_repeatable
    from present_columns
    group by submission_id, sheet, record, instance, field

),

-- Some records are there only on the rows, and in the sheets, where one of their columns holds something.
conditions as (

    select
        declared_columns.submission_id,
        declared_columns.sheet,
        declared_columns.record,
        declared_columns.instance,
        list(found_columns.column_number) filter (where found_columns.column_number is not null) as condition_columns
    from declared_columns
    left join found_columns
        on declared_columns.submission_id = found_columns.submission_id
        and declared_columns.sheet = found_columns.sheet
        and declared_columns.record = found_columns.record
        and declared_columns.instance is not distinct from found_columns.instance
        and declared_columns.source_column = found_columns.source_column
        and found_columns.skips_record_when_empty
    where declared_columns.skips_record_when_empty
    group by
        declared_columns.submission_id, declared_columns.sheet, declared_columns.record, declared_columns.instance

),

fields as (

    select
        mapped_fields.* exclude (code_list),
        conditions.record is not null as is_conditional,
        conditions.condition_columns,
        record_field.position,
        record_field.type,
        record_field.is_key,
        record_field.is_required,
        coalesce(mapped_fields.code_list, record_field.code_list) as code_list
    from mapped_fields
    inner join {{ ref('record_field') }} as record_field
        on mapped_fields.record = record_field.record
        and mapped_fields.field = record_field.field
    left join conditions
        on mapped_fields.submission_id = conditions.submission_id
        and mapped_fields.sheet = conditions.sheet
        and mapped_fields.record = conditions.record
        and mapped_fields.instance is not distinct from conditions.instance

),

received as (

    select
        submissions.plan_code,
        submissions.meetmoment_number,
        source.submission_id,
        source.sheet,
        source.row_number,
        fields.* exclude (submission_id, sheet, is_conditional, condition_columns),
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
    where
        not fields.is_conditional
        or len(list_filter(fields.condition_columns, lambda number: trim(source.texts[number]) <> '')) > 0

),

null_words as (

    select * from {{ ref('layout_null_word') }}

),

-- Words a cell of a layout may begin with; of several that fit, the one that says most decides.
first_words as (

    select
        layout_code,
        list(
            struct_pack(word := lower(word), value_state := value_state) order by length(word) desc, word
        ) as words
    from null_words
    where match = 'prefix'
    group by layout_code

),

-- What a layout itself says about a state, by a constant or a word of its own, is an answer and not a gap.
stated as (

    select
        received.*,
        list_filter(
            first_words.words, lambda first: starts_with(lower(received.text), first.word)
        )[1].value_state as first_word_state,
        case
            when received.text is null then 'not_reported'
            else coalesce(exact_words.value_state, first_word_state, 'reported')
        end as value_state,
        received.is_declared or exact_words.layout_code is not null or first_word_state is not null as is_answered
    from received
    left join null_words as exact_words
        on exact_words.match = 'exact'
        and lower(received.text) = lower(exact_words.word)
        and coalesce(exact_words.layout_code, received.layout_code) = received.layout_code
    left join first_words on received.layout_code = first_words.layout_code

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
        and number_read is null and regexp_matches(text, '[.,]\d{16,} ?%?$') as has_too_many_decimals,
        -- decimal(18, 2) holds the sum of ten thousand of the largest amounts, decimal(28, 6) of millions of numbers.
        is_readable and abs(number_read) >= case type when 'amount' then 1000000000000 else 1000000000000000 end
            as is_too_large,
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
            when value_state <> 'reported' and is_required and not is_answered then 'missing'
            else 'ok'
        end as form_verdict
    from written

)

select * from final
