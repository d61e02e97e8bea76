-- One row per accepted row on a key that another sender returned for the meetmoment too: who, and whose row counts.
with

staged as (

    {% for record in record_types() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ record }}' as record,
        row_id,
        submission_id,
        meetmoment_code,
        record_key
    from {{ ref('stg_' ~ record) }}
    where record_key is not null and not is_repeat
    {% endfor %}

),

versions as (

    {% for record in record_types() %}
    {{ 'union all' if not loop.first }}
    select row_id
    from {{ ref('int_' ~ record ~ '_version') }}
    where is_current
    {% endfor %}

),

submissions as (

    select *
    from {{ ref('int_verdict') }}
    where verdict = 'accepted' and withdrawn_at is null and sender_code is not null

),

rows_set_apart as (

    select * from {{ ref('int_quarantined_row') }}

),

sent as (

    select
        staged.*,
        submissions.sender_code
    from staged
    inner join submissions using (submission_id)
    left join rows_set_apart using (row_id)
    where rows_set_apart.row_id is null

),

-- Few of all keys: only of these it is asked who sent them, and what counts.
contested as (

    select
        record,
        meetmoment_code,
        record_key
    from sent
    group by record, meetmoment_code, record_key
    having min(sender_code) <> max(sender_code)

),

sent_by_several as (

    select
        sent.*,
        versions.row_id is not null as is_current
    from sent
    inner join contested using (record, meetmoment_code, record_key)
    left join versions using (row_id)

),

senders as (

    select
        record,
        meetmoment_code,
        record_key,
        string_agg(distinct sender_code, ', ' order by sender_code) as senders,
        max(case when is_current then sender_code end) as counting_sender_code
    from sent_by_several
    group by record, meetmoment_code, record_key

),

final as (

    select
        sent_by_several.row_id,
        sent_by_several.record,
        sent_by_several.record_key,
        senders.senders,
        senders.counting_sender_code,
        senders.senders || coalesce('; die van ' || senders.counting_sender_code || ' telt', '') as senders_nl,
        senders.senders || coalesce('; that of ' || senders.counting_sender_code || ' counts', '') as senders_en
    from sent_by_several
    inner join senders using (record, meetmoment_code, record_key)

)

select * from final
