-- One row per record and version that held for some time, beside the version it took over from.
with

versions as (

    {% for record in record_types() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ record }}' as record,
        row_id,
        meetmoment_code,
        meetmoment_number,
        record_key,
        submission_id,
        sheet,
        row_number,
        warning_count,
        {{ 'project_code' if has_field(record, 'project_code') else 'cast(null as varchar)' }} as project_code,
        {{ 'explanation' if has_field(record, 'explanation') else 'cast(null as varchar)' }} as explanation,
        content,
        known_from,
        known_to,
        is_current
    from {{ with_warnings('int_' ~ record ~ '_version') }}
    where known_to is null or known_to > known_from
    {% endfor %}

),

submissions as (

    select * from {{ ref('int_verdict') }}

),

full_deliveries as (

    select * from {{ ref('int_full_delivery') }}

),

-- Who returns the record: the series of a full delivery, else the sender.
delivered as (

    select
        versions.*,
        coalesce(submissions.sender_code, 'unknown') as sender_code,
        coalesce(full_deliveries.series, submissions.sender_code, 'unknown') as delivery_group
    from versions
    inner join submissions using (submission_id)
    left join full_deliveries using (submission_id, sheet)

),

groups as (

    select
        record,
        meetmoment_code,
        delivery_group,
        min(known_from) as group_known_from
    from delivered
    group by record, meetmoment_code, delivery_group

),

-- Few keys have more than one version, and only these have to be put in order.
keys_again as (

    select
        record,
        meetmoment_code,
        record_key
    from versions
    group by record, meetmoment_code, record_key
    having count(*) > 1

),

beside as (

    select
        record,
        meetmoment_code,
        record_key,
        row_id,
        known_from,
        lag(row_id) over of_key as previous_row_id,
        lag(known_to) over of_key as previous_known_to,
        lag(content) over of_key as previous_content,
        lead(known_from) over of_key as next_known_from
    from versions
    inner join keys_again using (record, meetmoment_code, record_key)
    window of_key as (partition by record, meetmoment_code, record_key order by known_from)

),

-- The first version of a key, and one that follows a gap, begins a stretch in which the key was there all along.
stretches as (

    select
        *,
        case
            when previous_row_id is null then known_from
            else max(case when previous_known_to is distinct from known_from then known_from end) over (
                partition by record, meetmoment_code, record_key order by known_from
            )
        end as present_since
    from beside

),

final as (

    select
        delivered.* exclude (delivery_group),
        stretches.previous_row_id,
        stretches.previous_known_to,
        stretches.previous_content,
        stretches.next_known_from,
        groups.group_known_from,
        coalesce(stretches.present_since, delivered.known_from) as present_since
    from delivered
    inner join groups using (record, meetmoment_code, delivery_group)
    left join stretches using (row_id, known_from)

)

select * from final
