-- One row per accepted full delivery and sheet that an earlier one of its series had: whether it is there again.
with

sheets as (

    select * from {{ ref('int_full_delivery') }}

),

submissions as (

    select * from {{ ref('int_verdict') }}

),

delivered as (

    select
        submission_id,
        file_series,
        layout_code,
        string_agg(sheet, ', ' order by sheet) as sheet,
        sum(row_count) as row_count
    from sheets
    group by submission_id, file_series, layout_code

),

deliveries as (

    select distinct
        delivered.file_series,
        submissions.submission_id,
        submissions.precedence,
        submissions.received_at,
        submissions.withdrawn_at
    from delivered
    inner join submissions using (submission_id)

),

-- Of each layout the last delivery before this one that had it, unless it was withdrawn by then.
delivered_before as (

    select
        later.submission_id,
        before.layout_code,
        max_by(before.sheet, earlier.precedence) as sheet,
        max_by(before.row_count, earlier.precedence) as row_count
    from deliveries as later
    inner join deliveries as earlier
        on later.file_series = earlier.file_series
        and earlier.precedence < later.precedence
        and {{ or_never('earlier.withdrawn_at') }} > later.received_at
    inner join delivered as before on earlier.submission_id = before.submission_id
    group by later.submission_id, before.layout_code

),

final as (

    select
        delivered_before.submission_id,
        delivered_before.layout_code,
        delivered_before.sheet,
        delivered_before.row_count as held_row_count,
        delivered.submission_id is not null as is_there_again
    from delivered_before
    left join delivered using (submission_id, layout_code)
    where delivered_before.row_count > 0

)

select * from final
