-- One row per finding on a submission, from the intake or from gate 1.
with

findings as (

    {% for judged in ['submission', 'candidate', 'version'] -%}
    {{ 'union all' if not loop.first }}
    select * from {{ ref('int_' ~ judged ~ '_finding') }}
    {% endfor %}

),

rules as (

    select * from {{ ref('rule') }}

),

-- Cells of which nothing was read, though something may stand in them.
unread as (

    select
        row_id,
        field,
        is_key
    from {{ ref('stg_cell') }}
    where form_verdict not in ('ok', 'rounded_to_cents', 'too_many_decimals')

),

unnamed_rows as (

    select distinct row_id
    from unread
    where is_key

),

-- That it is not read is told of the cell. Whether a value is missing, what it was before, and of a row whose key is
-- not read all that stands beside it elsewhere, would be said of an empty cell and is not known.
known as (

    select findings.*
    from findings
    inner join rules using (rule_id)
    left join unread
        on findings.row_id = unread.row_id
        and findings.field = unread.field
    left join unnamed_rows on findings.row_id = unnamed_rows.row_id
    where
        rules.category in ('value', 'privacy')
        or (unread.row_id is null and (rules.gate <> 'comparison' or unnamed_rows.row_id is null))

),

-- A cell may feed several records, each set apart for what is wrong with it; it is told once, on the first of them.
final as (

    select *
    from known
    qualify row_number() over (
        partition by submission_id, rule_id, message_nl, coalesce(sheet || '!' || cell, finding_id)
        order by waiver_id is not null, row_id, finding_id
    ) = 1

)

select * from final
