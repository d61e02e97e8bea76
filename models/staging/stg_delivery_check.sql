-- One row per full delivery of a layout that replaces another: what it lacks, and whether that is most of it.
with

-- A plan whose publisher nobody can ask does not hold what lacks rows: it tells which.
not_held as (

    select count(*) > 0 as is_plan from {{ ref('reg_rule_severity') }} where rule_id = 'M06' and severity <> 'critical'

),

pairs as (

    select
        pairs.* replace (pairs.lacks_most and not not_held.is_plan as lacks_most),
        bool_or(pairs.lacks_most and not not_held.is_plan) over (partition by pairs.submission_id) as is_held
    from {{ ref('stg_delivery_pair') }} as pairs
    cross join not_held

),

-- What was held itself is not what is replaced, unless it was confirmed.
held as (

    select distinct submission_id as earlier_submission_id
    from pairs
    where is_held and not is_confirmed

),

replaced as (

    select pairs.*
    from pairs
    left join held using (earlier_submission_id)
    qualify row_number() over (
        partition by pairs.submission_id, pairs.layout_code
        order by
            pairs.lacks_most desc,
            held.earlier_submission_id is not null,
            pairs.earlier_precedence desc
    ) = 1

),

-- All that a submission lacks is said once, of the first of its layouts.
said as (

    select
        submission_id,
        min(layout_code) as layout_code,
        sum(lacking_count) as lacking_count,
        string_agg(sheet || ': ' || array_to_string(lacking_names, ', '), '; ' order by sheet) as lacking_rows,
        string_agg(
            sheet || ': ' || lacking_count || ' van de ' || earlier_row_count
            || if(earlier_row_count = 1, ' rij (', ' rijen (')
            || {{ first_named('lacking_names', 'nl') }} || ')', '; ' order by sheet
        ) as lacking_nl,
        string_agg(
            sheet || ': ' || lacking_count || ' of the ' || earlier_row_count
            || if(earlier_row_count = 1, ' row (', ' rows (')
            || {{ first_named('lacking_names', 'en') }} || ')', '; ' order by sheet
        ) as lacking_en
    from replaced
    where lacking_count > 0
    group by submission_id

),

final as (

    select
        replaced.submission_id,
        replaced.layout_code,
        replaced.earlier_submission_id,
        replaced.is_held,
        case when not replaced.is_held then said.lacking_count end as told_lacking_count,
        case when replaced.is_held then said.lacking_count end as held_lacking_count,
        said.lacking_rows,
        said.lacking_nl,
        said.lacking_en
    from replaced
    left join said using (submission_id, layout_code)

)

select * from final
