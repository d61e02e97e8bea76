-- One row per accepted submission and sheet that is a full delivery, with its place in its series.
with

submissions as (

    select * from {{ ref('int_verdict') }} where verdict = 'accepted'

),

sheets as (

    select * from {{ ref('stg_sheet') }}

),

patterns as (

    select * from {{ ref('layout_series') }}

),

named as (

    select
        sheets.submission_id,
        sheets.sheet,
        sheets.layout_code,
        sheets.row_count,
        submissions.received_at,
        submissions.counts_from,
        submissions.withdrawn_at,
        submissions.precedence,
        submissions.meetmoment_code || '/'
        || regexp_extract(submissions.file_name, '(?i)' || patterns.series_pattern, 1) as file_series
    from sheets
    inner join submissions using (submission_id)
    inner join patterns using (layout_code)
    where regexp_matches(submissions.file_name, '(?i)' || patterns.series_pattern)

),

-- Of one series the submission that takes precedence is the last one.
placed as (

    select
        *,
        file_series || '/' || layout_code as series,
        dense_rank() over (
            partition by file_series, layout_code order by precedence
        ) as series_position
    from named

),

final as (

    select
        submission_id,
        sheet,
        layout_code,
        row_count,
        file_series,
        series,
        series_position,
        counts_from,
        withdrawn_at,
        min(counts_from) over later as next_received_at,
        count(withdrawn_at) over later > 0 as is_withdrawn_later,
        count(*) over later > count(withdrawn_at) over later as has_later_standing
    from placed
    window later as (
        partition by series order by series_position range between 1 following and unbounded following
    )

)

select * from final
