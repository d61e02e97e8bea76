-- One row per submission: what counts instead of it, beside what it came, and what it tells again without replacing it.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

record_rows as (

    select * from {{ ref('stg_record_row') }}

),

-- Keys that several files of one moment speak of. What they say of them is compared for these few alone: of every key
-- it would not fit the memory of a night.
shared_keys as (

    select
        submissions.meetmoment_code,
        submissions.received_at,
        record_rows.record,
        record_rows.stated_key
    from record_rows
    inner join submissions using (submission_id)
    group by submissions.meetmoment_code, submissions.received_at, record_rows.record, record_rows.stated_key
    having min(submissions.precedence) <> max(submissions.precedence)

),

-- Files that say different things of the same.
contested as (

    select list(distinct submissions.submission_id) as submission_ids
    from shared_keys
    inner join submissions
        on shared_keys.meetmoment_code = submissions.meetmoment_code
        and shared_keys.received_at = submissions.received_at
    inner join record_rows
        on submissions.submission_id = record_rows.submission_id
        and shared_keys.record = record_rows.record
        and shared_keys.stated_key = record_rows.stated_key
    group by shared_keys.meetmoment_code, shared_keys.received_at, shared_keys.record, shared_keys.stated_key
    having min(record_rows.content) <> max(record_rows.content)

),

contesting as (

    select distinct
        submission_ids,
        unnest(submission_ids) as submission_id
    from contested

),

-- Two known senders are another matter.
beside as (

    select
        one.submission_id,
        other.file_name,
        other.precedence,
        -- In one series the names decide where they declare different versions.
        one.series <> other.series
        or one.declared_version = other.declared_version
        and coalesce(one.declared_order, 0) = coalesce(other.declared_order, 0) as is_undeclared
    from contesting as these
    inner join contesting as others using (submission_ids)
    inner join submissions as one on these.submission_id = one.submission_id
    inner join submissions as other on others.submission_id = other.submission_id
    where
        one.submission_id <> other.submission_id
        and coalesce(one.sender_code = other.sender_code, true)

),

-- What counts of these may be a later version of the file itself.
undeclared as (

    select
        submission_id,
        string_agg(distinct file_name, ', ' order by file_name) filter (where is_undeclared) as beside_files,
        max_by(file_name, precedence) as highest_file,
        max(precedence) as highest_precedence
    from beside
    group by submission_id
    having bool_or(is_undeclared)

),

-- Of some layouts a new version ends what it lacks, and a file of another series ends nothing of what it tells again;
-- of the others no file ends anything.
sheets as (

    select
        sheets.submission_id,
        sheets.sheet,
        series.layout_code is not null as is_full_delivery
    from {{ ref('stg_sheet') }} as sheets
    left join {{ ref('layout_series') }} as series using (layout_code)

),

told as (

    select
        record_rows.submission_id,
        record_rows.sheet,
        record_rows.row_number,
        record_rows.record,
        record_rows.stated_key,
        record_rows.project_code,
        sheets.is_full_delivery,
        submissions.meetmoment_code,
        submissions.sender_code,
        submissions.precedence,
        submissions.received_at,
        submissions.withdrawn_at
    from record_rows
    inner join sheets using (submission_id, sheet)
    inner join submissions using (submission_id)

),

-- What follows another of its series is compared with that (stg_delivery_check).
first_of_series as (

    select submissions.submission_id
    from submissions
    left join submissions as earlier
        on submissions.meetmoment_code = earlier.meetmoment_code
        and submissions.series = earlier.series
        and earlier.received_at < submissions.received_at
        and {{ or_never('earlier.withdrawn_at') }} > submissions.received_at
    where earlier.submission_id is null

),

-- The file that has most of the same rows is the one that may be meant.
alike as (

    select
        told.submission_id,
        told.is_full_delivery,
        earlier.submission_id as earlier_submission_id,
        any_value(earlier.precedence) as earlier_precedence,
        count(*) as shared_count
    from told
    left join first_of_series using (submission_id)
    inner join told as earlier
        on told.meetmoment_code = earlier.meetmoment_code
        and told.is_full_delivery = earlier.is_full_delivery
        and told.record = earlier.record
        and told.stated_key = earlier.stated_key
        and earlier.received_at < told.received_at
        and {{ or_never('earlier.withdrawn_at') }} > told.received_at
        -- Two known senders of one row are another matter.
        and coalesce(told.sender_code = earlier.sender_code, true)
    where not told.is_full_delivery or first_of_series.submission_id is not null
    group by told.submission_id, told.is_full_delivery, earlier.submission_id

),

nearest as (

    select
        submission_id,
        is_full_delivery,
        earlier_submission_id
    from alike
    qualify row_number() over (
        partition by submission_id, is_full_delivery order by shared_count desc, earlier_precedence desc
    ) = 1

),

-- A row of a sheet is left out where nothing that it feeds is told again.
rows_left as (

    select
        nearest.submission_id,
        nearest.is_full_delivery,
        nearest.earlier_submission_id,
        coalesce(any_value(earlier.project_code), min(earlier.stated_key)) as name,
        count(told.stated_key) = 0 as is_left
    from nearest
    inner join told as earlier
        on nearest.earlier_submission_id = earlier.submission_id
        and nearest.is_full_delivery = earlier.is_full_delivery
    left join told
        on nearest.submission_id = told.submission_id
        and earlier.record = told.record
        and earlier.stated_key = told.stated_key
    group by
        nearest.submission_id,
        nearest.is_full_delivery,
        nearest.earlier_submission_id,
        earlier.sheet,
        earlier.row_number

),

counted as (

    select
        submission_id,
        is_full_delivery,
        earlier_submission_id,
        count(*) as row_count,
        count(*) filter (where is_left) as left_count,
        list(distinct name order by name) filter (where is_left) as names
    from rows_left
    group by submission_id, is_full_delivery, earlier_submission_id
    having count(*) filter (where is_left) > 0

),

left_out as (

    select
        counted.submission_id,
        counted.is_full_delivery,
        likely.file_name,
        array_to_string(counted.names, ', ') as left_rows,
        counted.left_count || ' van de ' || counted.row_count
        || if(counted.row_count = 1, ' rij', ' rijen') || ' van ''' || likely.file_name || ''' ('
        || {{ first_named('counted.names', 'nl') }} || ')' as left_nl,
        counted.left_count || ' of the ' || counted.row_count
        || if(counted.row_count = 1, ' row', ' rows') || ' of ''' || likely.file_name || ''' ('
        || {{ first_named('counted.names', 'en') }} || ')' as left_en
    from counted
    inner join submissions as likely on counted.earlier_submission_id = likely.submission_id

),

final as (

    select
        submissions.submission_id,
        overtaking.file_name || ' (' || overtaking.received_on || ')' as counts_instead,
        undeclared.beside_files as came_beside,
        case
            when undeclared.highest_precedence > submissions.precedence then undeclared.highest_file
            when undeclared.submission_id is not null then submissions.file_name
        end as counts_of_these,
        left_out.file_name as told_again_of,
        left_out.left_rows,
        left_out.left_nl,
        left_out.left_en,
        never_ended.file_name as told_beside,
        never_ended.left_rows as standing_rows,
        never_ended.left_nl as standing_nl,
        never_ended.left_en as standing_en
    from submissions
    left join submissions as overtaking on submissions.overtaken_by = overtaking.submission_id
    left join undeclared on submissions.submission_id = undeclared.submission_id
    left join left_out
        on submissions.submission_id = left_out.submission_id
        and left_out.is_full_delivery
    left join left_out as never_ended
        on submissions.submission_id = never_ended.submission_id
        and not never_ended.is_full_delivery

)

select * from final
