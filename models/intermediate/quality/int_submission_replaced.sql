-- One row per accepted submission and other one that took the place of rows of it: of how many, and since when.
with

submissions as (

    select * from {{ ref('int_verdict') }}

),

-- Each accepted row by its key, for each stretch of time it held; of what never held the stretch has no length.
versions as (

    {% for record in record_types() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ record }}' as record,
        row_id,
        submission_id,
        sheet,
        sheet || '!' || row_number as place,
        meetmoment_code,
        record_key,
        known_from,
        known_to
    from {{ ref('int_' ~ record ~ '_version') }}
    {% endfor %}

),

last_ended as (

    select *
    from versions
    where known_to is not null
    qualify row_number() over (partition by row_id order by known_to desc, known_from desc) = 1

),

-- A row that holds again, or still, has not been replaced.
ended_rows as (

    select last_ended.*
    from last_ended
    left join versions as standing
        on last_ended.row_id = standing.row_id
        and standing.known_to is null
    where standing.row_id is null

),

-- What has the same key and held from then on.
taken_over as (

    select
        ended.row_id,
        min_by(following.submission_id, submissions.precedence) as submission_id
    from ended_rows as ended
    inner join versions as following
        on ended.record = following.record
        and ended.meetmoment_code = following.meetmoment_code
        and ended.record_key = following.record_key
        and ended.known_to = following.known_from
        and ended.submission_id <> following.submission_id
    inner join submissions on following.submission_id = submissions.submission_id
    where {{ or_never('following.known_to') }} > following.known_from
    group by ended.row_id

),

-- The delivery of its series that does not have the key any more.
lacking as (

    select
        theirs.submission_id as earlier_submission_id,
        theirs.sheet,
        submissions.submission_id,
        submissions.counts_from
    from {{ ref('int_full_delivery') }} as theirs
    inner join {{ ref('int_full_delivery') }} as later
        on theirs.series = later.series
        and theirs.series_position < later.series_position
    inner join submissions on later.submission_id = submissions.submission_id
    qualify row_number() over (
        partition by theirs.submission_id, theirs.sheet, submissions.counts_from order by later.series_position
    ) = 1

),

replaced as (

    select
        ended.submission_id,
        ended.place,
        ended.known_to,
        coalesce(taken_over.submission_id, lacking.submission_id) as replaced_by
    from ended_rows as ended
    left join taken_over using (row_id)
    left join lacking
        on ended.submission_id = lacking.earlier_submission_id
        and ended.sheet = lacking.sheet
        and ended.known_to = lacking.counts_from

),

counted as (

    select
        submission_id,
        count(distinct place) as row_count,
        count(distinct place) filter (where known_to is null) as standing_row_count
    from versions
    group by submission_id

),

final as (

    select
        replaced.submission_id,
        replaced.replaced_by,
        replacing.file_name,
        replacing.received_at,
        max(greatest(replaced.known_to, submissions.counts_from)) as replaced_since,
        count(distinct replaced.place) as replaced_row_count,
        any_value(counted.row_count) as row_count,
        any_value(counted.standing_row_count) as standing_row_count
    from replaced
    inner join submissions using (submission_id)
    inner join counted using (submission_id)
    inner join submissions as replacing on replaced.replaced_by = replacing.submission_id
    group by replaced.submission_id, replaced.replaced_by, replacing.file_name, replacing.received_at

)

select * from final
