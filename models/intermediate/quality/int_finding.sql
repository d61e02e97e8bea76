-- One row per finding on a submission, from the intake or from gate 1.
with

findings as (

    {% for judged in ['submission', 'candidate', 'version'] -%}
    {{ 'union all' if not loop.first }}
    select * from {{ ref('int_' ~ judged ~ '_finding') }}
    {% endfor %}

),

-- A cell may feed several records, each set apart for what is wrong with it; it is told once, on the first of them.
final as (

    select *
    from findings
    qualify row_number() over (
        partition by submission_id, rule_id, message_nl, coalesce(sheet || '!' || cell, finding_id)
        order by waiver_id is not null, row_id, finding_id
    ) = 1

)

select * from final
