-- One row per full delivery, sheet, record and field: how many cells differ from what it replaces, and how.
-- Gate 1 asks it of what nobody accepted yet, so that it cannot stand on int_field_difference, which compares what was
-- accepted. How two rows differ, both have of one macro, `differences`.
with

replaced as (

    select * from {{ ref('stg_delivery_check') }}

),

sheets as (

    select * from {{ ref('stg_sheet') }}

),

record_rows as (

    select
        record_rows.*,
        sheets.layout_code
    from {{ ref('stg_record_row') }} as record_rows
    inner join sheets using (submission_id, sheet)
    where sheets.layout_code in (select layout_code from replaced)

),

-- The rows that are there again and say something else.
pairs as (

    select
        replaced.submission_id,
        now.record,
        now.sheet,
        now.row_id,
        before.row_id as earlier_row_id
    from replaced
    inner join record_rows as now using (submission_id, layout_code)
    inner join record_rows as before
        on replaced.earlier_submission_id = before.submission_id
        and replaced.layout_code = before.layout_code
        and now.record = before.record
        and now.stated_key = before.stated_key
    where now.content <> before.content

),

row_differences as (

    {% for record in record_types() -%}
    {{ 'union all' if not loop.first }}
    select
        pairs.submission_id,
        pairs.record,
        pairs.sheet,
        {{ differences(record, 'before', 'now') }} as differences
    from pairs
    inner join {{ ref('stg_' ~ record) }} as now on pairs.row_id = now.row_id
    inner join {{ ref('stg_' ~ record) }} as before on pairs.earlier_row_id = before.row_id
    where pairs.record = '{{ record }}'
    {% endfor %}

),

cells as (

    select
        submission_id,
        record,
        sheet,
        unnest(differences) as difference
    from row_differences

),

stated as (

    select
        submission_id,
        record,
        sheet,
        difference.field,
        difference.new_value as value,
        true as is_now
    from cells
    union all
    select
        submission_id,
        record,
        sheet,
        difference.field,
        difference.old_value as value,
        false as is_now
    from cells

),

-- How often each value stands in the cells that differ, now and before.
counted as (

    select
        submission_id,
        record,
        sheet,
        field,
        value,
        count(*) filter (where is_now) as now_count,
        count(*) filter (where not is_now) as before_count
    from stated
    where value is not null
    group by submission_id, record, sheet, field, value

),

compared as (

    select
        submission_id,
        record,
        sheet,
        field,
        sum(now_count) as changed_count,
        sum(least(now_count, before_count)) as moved_count,
        count(*) filter (where now_count > 0) as value_count
    from counted
    group by submission_id, record, sheet, field

),

headers as (

    select
        submission_id,
        record,
        sheet,
        field,
        min(source_header) as source_header
    from {{ ref('stg_source_column') }}
    group by submission_id, record, sheet, field

),

-- Sorted apart from the rest: what differs is what stood in the same column, on other rows. A few values may be swapped
-- to mend them, and words of a short list come back by themselves.
final as (

    select
        compared.submission_id,
        compared.record,
        compared.sheet,
        compared.field,
        compared.sheet || ', ' || coalesce(headers.source_header, compared.field) as column_name,
        compared.changed_count,
        compared.moved_count,
        case
            when
                compared.value_count >= 5
                and compared.moved_count >= 0.8 * compared.changed_count
                then compared.moved_count
        end as sorted_apart_count
    from compared
    left join headers using (submission_id, record, sheet, field)

)

select * from final
