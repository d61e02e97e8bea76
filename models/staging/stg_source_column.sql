-- One row per submission, sheet, record, instance and field: the column that feeds it, or its constant, and its form.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

sheets as (

    select * from {{ ref('stg_sheet') }}

),

-- What the layout of each sheet says about it; the value may be the same on every row: a constant, or in the file name.
declared_columns as (

    select
        sheets.submission_id,
        sheets.sheet,
        columns.* exclude (constant),
        coalesce(columns.decimal_sign, layouts.decimal_sign) as declared_decimal_sign,
        coalesce(columns.date_form, layouts.date_form) as declared_date_form,
        coalesce(layouts.is_transposed, false) as is_transposed,
        list_contains(string_split(coalesce(layouts.repeated_records, ''), ' '), columns.record) as is_repeatable,
        columns.constant is not null as is_declared,
        case
            when columns.source_column = '@file_name'
                then coalesce(regexp_extract(submissions.file_name, columns.extract, 1), '')
            else columns.constant
        end as constant
    from sheets
    inner join submissions using (submission_id)
    inner join {{ ref('layout') }} as layouts using (layout_code)
    inner join {{ ref('layout_column') }} as columns using (layout_code)
    where columns.record is not null

),

headers as (

    select * from {{ source('raw', 'header') }}

),

-- A header is named as it stands, or by a pattern that it matches as a whole.
found_columns as (

    select
        declared_columns.*,
        headers.column_number,
        headers.header
    from declared_columns
    inner join headers using (submission_id, sheet)
    where
        declared_columns.source_column = headers.header
        or (
            starts_with(declared_columns.source_column, 're:')
            and regexp_full_match(headers.header, declared_columns.source_column[4:])
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
        bool_or(is_transposed) as is_transposed,
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
    group by declared_columns.submission_id, declared_columns.sheet, declared_columns.record, declared_columns.instance

),

final as (

    select
        mapped_fields.submission_id,
        mapped_fields.sheet,
        mapped_fields.layout_code,
        mapped_fields.record,
        mapped_fields.instance,
        mapped_fields.field,
        record_field.position,
        record_field.type,
        record_field.is_key,
        record_field.is_required,
        mapped_fields.is_transposed,
        mapped_fields.is_repeatable,
        mapped_fields.column_numbers[1] as column_number,
        case when len(mapped_fields.column_numbers) > 1 then mapped_fields.column_numbers end as joined_columns,
        mapped_fields.source_header,
        nullif(trim(mapped_fields.constant), '') as constant,
        mapped_fields.constant is not null as is_constant,
        mapped_fields.is_declared,
        mapped_fields.unit_factor,
        mapped_fields.decimal_sign,
        mapped_fields.date_form,
        coalesce(mapped_fields.code_list, record_field.code_list) as code_list,
        conditions.record is not null as is_conditional,
        conditions.condition_columns
    from mapped_fields
    inner join {{ ref('record_field') }} as record_field using (record, field)
    left join conditions
        on mapped_fields.submission_id = conditions.submission_id
        and mapped_fields.sheet = conditions.sheet
        and mapped_fields.record = conditions.record
        and mapped_fields.instance is not distinct from conditions.instance

)

select * from final
