-- One row per full delivery of a layout and earlier delivery of its series: which rows of that one it lacks.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

series as (

    select * from {{ ref('layout_series') }}

),

confirmations as (

    select distinct record_key as sha256
    from {{ ref('reg_waiver') }}
    where rule_id = 'M06' and granted_on <= cast({{ known_on() }} as date)

),

-- What could not be read of a file is not what its sender left out.
partly_refused as (

    select distinct refusals.submission_id
    from {{ ref('stg_refusal') }} as refusals
    inner join {{ ref('rule') }} as rules using (rule_id)
    where rules.severity = 'critical'

),

sheets as (

    select
        sheets.submission_id,
        sheets.sheet,
        sheets.layout_code,
        submissions.meetmoment_code || '/'
        || regexp_extract(submissions.file_name, '(?i)' || series.series_pattern, 1) as file_series,
        submissions.precedence,
        submissions.received_at,
        submissions.withdrawn_at,
        confirmations.sha256 is not null as is_confirmed
    from {{ ref('stg_sheet') }} as sheets
    inner join submissions using (submission_id)
    inner join series using (layout_code)
    left join confirmations using (sha256)
    left join partly_refused using (submission_id)
    where
        partly_refused.submission_id is null
        and regexp_matches(submissions.file_name, '(?i)' || series.series_pattern)

),

deliveries as (

    select
        * exclude (sheet),
        string_agg(sheet, ', ' order by sheet) as sheet
    from sheets
    group by all

),

-- What was confirmed to be all there is, is the measure of what comes after it.
pairs as (

    select
        later.submission_id,
        later.layout_code,
        later.sheet,
        earlier.submission_id as earlier_submission_id,
        earlier.precedence as earlier_precedence,
        later.is_confirmed
    from deliveries as later
    inner join deliveries as earlier
        on later.file_series = earlier.file_series
        and later.layout_code = earlier.layout_code
        and earlier.precedence < later.precedence
        and earlier.received_at <= later.received_at
        and {{ or_never('earlier.withdrawn_at') }} > later.received_at
    left join deliveries as confirmed
        on later.file_series = confirmed.file_series
        and later.layout_code = confirmed.layout_code
        and confirmed.is_confirmed
        and earlier.precedence < confirmed.precedence
        and confirmed.precedence < later.precedence
    where confirmed.submission_id is null

),

record_keys as (

    select
        record_rows.submission_id,
        sheets.layout_code,
        record_rows.sheet,
        record_rows.row_number,
        record_rows.record,
        record_rows.record_key,
        record_rows.project_code
    from {{ ref('stg_record_row') }} as record_rows
    inner join {{ ref('stg_sheet') }} as sheets using (submission_id, sheet)
    where sheets.layout_code in (select layout_code from pairs)

),

sheet_rows as (

    select distinct
        submission_id,
        layout_code,
        sheet,
        row_number
    from record_keys

),

sizes as (

    select
        submission_id,
        layout_code,
        count(*) as row_count
    from sheet_rows
    group by submission_id, layout_code

),

keys_again as (

    select distinct
        submission_id,
        layout_code,
        record,
        record_key
    from record_keys

),

-- A row of a sheet is lacking where nothing that it feeds is there again; of a key that was not read nobody knows.
earlier_rows as (

    select
        pairs.submission_id,
        pairs.layout_code,
        pairs.earlier_submission_id,
        before.sheet,
        before.row_number,
        case
            when count(*) = 1 then {{ key_in_words('any_value(before.record_key)') }}
            else coalesce(any_value(before.project_code), {{ key_in_words('min(before.record_key)') }})
        end as name,
        count(now.record_key) = 0 as is_lacking
    from pairs
    inner join record_keys as before
        on pairs.earlier_submission_id = before.submission_id
        and pairs.layout_code = before.layout_code
    left join keys_again as now
        on pairs.submission_id = now.submission_id
        and pairs.layout_code = now.layout_code
        and before.record = now.record
        and before.record_key = now.record_key
    where before.record_key is not null
    group by pairs.submission_id, pairs.layout_code, pairs.earlier_submission_id, before.sheet, before.row_number

),

lacking as (

    select
        submission_id,
        layout_code,
        earlier_submission_id,
        count(*) as earlier_row_count,
        count(*) filter (where is_lacking) as lacking_count,
        list(distinct name order by name) filter (where is_lacking) as lacking_names
    from earlier_rows
    group by submission_id, layout_code, earlier_submission_id

),

final as (

    select
        pairs.*,
        coalesce(sizes.row_count, 0) as row_count,
        lacking.earlier_row_count,
        lacking.lacking_count,
        lacking.lacking_names,
        -- Where others stand in their place, a few rows more may have got another key.
        lacking.lacking_count > 0 and (
            sizes.row_count is null
            or (
                lacking.lacking_count >= case when 2 * sizes.row_count < lacking.earlier_row_count then 3 else 5 end
                and 2 * lacking.lacking_count > lacking.earlier_row_count
            )
        ) as lacks_most
    from pairs
    inner join lacking using (submission_id, layout_code, earlier_submission_id)
    left join sizes using (submission_id, layout_code)

)

select * from final
