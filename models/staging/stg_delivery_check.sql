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

final as (

    select
        submission_id,
        layout_code,
        earlier_submission_id,
        is_held,
        case when not is_held then lacking_count end as told_lacking_count,
        case when is_held then lacking_count end as held_lacking_count,
        sheet || ': ' || array_to_string(lacking_names, ', ') as lacking_rows,
        lacking_count || ' van de ' || earlier_row_count || ' rijen ('
        || sheet || ': ' || {{ first_named('lacking_names', 'nl') }} || ')' as lacking_nl,
        lacking_count || ' of the ' || earlier_row_count || ' rows ('
        || sheet || ': ' || {{ first_named('lacking_names', 'en') }} || ')' as lacking_en
    from replaced

)

select * from final
