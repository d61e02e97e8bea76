-- One row per submission with amounts or values told at an earlier meetmoment: how many of them are the same.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

-- What moves from one meetmoment to the next while work goes on; a zero stays one until it begins.
stated as (

    select
        submission_id,
        meetmoment_number,
        'finance' as record,
        stated_key,
        cast(amount_eur as double) as value
    from {{ ref('stg_finance') }}
    where measure in ('committed', 'paid') and amount_eur <> 0
    union all
    select
        submission_id,
        meetmoment_number,
        'indicator_value' as record,
        stated_key,
        cast(actual as double) as value
    from {{ ref('stg_indicator_value') }}
    where actual <> 0

),

received as (

    select
        stated.*,
        submissions.precedence,
        submissions.received_at,
        submissions.withdrawn_at
    from stated
    inner join submissions using (submission_id)

),

-- What was known of the latest earlier meetmoment when the submission came in.
compared as (

    select
        now.submission_id,
        now.record,
        now.stated_key,
        now.value,
        max_by(
            struct_pack(meetmoment_number := before.meetmoment_number, value := before.value),
            (before.meetmoment_number, before.precedence)
        ) as earlier
    from received as now
    inner join received as before
        on now.record = before.record
        and now.stated_key = before.stated_key
        and now.meetmoment_number > before.meetmoment_number
        and now.received_at >= before.received_at
        and {{ or_never('before.withdrawn_at') }} > now.received_at
    group by now.submission_id, now.record, now.stated_key, now.value

),

counted as (

    select
        submission_id,
        max(earlier.meetmoment_number) as earlier_meetmoment_number,
        count(*) as compared_count,
        count(*) filter (where value = earlier.value) as same_count
    from compared
    group by submission_id

),

final as (

    select
        counted.submission_id,
        counted.compared_count,
        counted.same_count,
        meetmomenten.label_nl as earlier_meetmoment_nl,
        meetmomenten.label_en as earlier_meetmoment_en,
        case
            when counted.compared_count >= 5 and counted.same_count = counted.compared_count then counted.same_count
        end as all_same_count
    from counted
    inner join {{ ref('reg_meetmoment') }} as meetmomenten
        on counted.earlier_meetmoment_number = meetmomenten.meetmoment_number

)

select * from final
