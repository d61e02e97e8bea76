-- One row per calendar year in which was measured: what was committed and paid in it, in euro, as published.
with

amounts as (

    select * from {{ ref('int_finance_published') }}

),

sums as (

    select
        meetmoment_code,
        meetmoment_number,
        scope_code,
        execution,
        cutoff_date,
        cast(extract(year from cutoff_date) as integer) as calendar_year,
        count(*) as project_count,
        sum(committed_eur) as committed_eur,
        sum(paid_eur) as paid_eur,
        sum(warning_count) as warning_count
    from amounts
    group by meetmoment_code, meetmoment_number, scope_code, execution, cutoff_date

),

-- A year is measured by its last meetmoment, beside the last one of the year measured before it.
years as (

    select *
    from sums
    qualify row_number() over (partition by calendar_year order by meetmoment_number desc) = 1

),

beside as (

    select
        *,
        lag(meetmoment_code) over by_year as previous_meetmoment_code,
        lag(cutoff_date) over by_year as measured_from,
        lag(committed_eur) over by_year as previous_committed_eur,
        lag(paid_eur) over by_year as previous_paid_eur,
        lag(warning_count) over by_year as previous_warning_count
    from years
    window by_year as (order by meetmoment_number)

),

-- What a project that is published no longer took along is part of the difference, as it is of the headlines.
final as (

    select
        calendar_year,
        meetmoment_code as last_meetmoment_code,
        previous_meetmoment_code,
        scope_code,
        execution,
        measured_from,
        cutoff_date as measured_until,
        cutoff_date = make_date(calendar_year, 12, 31) as is_whole_year,
        project_count as project_count_at_end,
        cast(committed_eur - coalesce(previous_committed_eur, 0) as decimal(18, 2)) as committed_eur,
        cast(paid_eur - coalesce(previous_paid_eur, 0) as decimal(18, 2)) as paid_eur,
        cast(committed_eur as decimal(18, 2)) as committed_until_eur,
        cast(paid_eur as decimal(18, 2)) as paid_until_eur,
        cast(warning_count + coalesce(previous_warning_count, 0) as bigint) as warning_count
    from beside

)

select * from final
