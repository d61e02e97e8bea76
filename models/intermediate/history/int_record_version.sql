-- One row per record and version that held for some time, beside the version it took over from.
with

versions as (

    {% for record in versioned_records() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ record }}' as record,
        row_id,
        plan_code,
        meetmoment_code,
        meetmoment_number,
        record_key,
        submission_id,
        sheet,
        row_number,
        warning_count,
        known_from,
        known_to,
        is_current
    from {{ ref('int_' ~ record ~ '_version') }}
    where known_to is null or known_to > known_from
    {% endfor %}

),

submissions as (

    select * from {{ ref('int_submission') }}

),

full_deliveries as (

    select * from {{ ref('int_full_delivery') }}

),

named as (

    select
        row_id,
        max(case when field = 'project_code' then canonical end) as project_code,
        max(case when field = 'explanation' then canonical end) as explanation
    from {{ ref('stg_cell') }}
    group by row_id

),

-- Who returns the record: the series of a full delivery, else the sender.
delivered as (

    select
        versions.*,
        named.project_code,
        named.explanation,
        coalesce(submissions.sender_code, 'unknown') as sender_code,
        coalesce(full_deliveries.series, submissions.sender_code, 'unknown') as delivery_group
    from versions
    inner join submissions on versions.submission_id = submissions.submission_id
    inner join named on versions.row_id = named.row_id
    left join full_deliveries
        on versions.submission_id = full_deliveries.submission_id
        and versions.sheet = full_deliveries.sheet

),

beside as (

    select
        *,
        lag(row_id) over of_key as previous_row_id,
        lag(known_to) over of_key as previous_known_to,
        lead(known_from) over of_key as next_known_from,
        min(known_from) over (
            partition by record, plan_code, meetmoment_code, delivery_group
        ) as group_known_from
    from delivered
    window of_key as (partition by record, plan_code, meetmoment_code, record_key order by known_from)

),

-- The first version of a key, and one that follows a gap, begins a stretch in which the key was there all along.
final as (

    select
        *,
        case
            when previous_row_id is null then known_from
            else max(case when previous_known_to is distinct from known_from then known_from end) over (
                partition by record, plan_code, meetmoment_code, record_key order by known_from
            )
        end as present_since
    from beside

)

select * from final
