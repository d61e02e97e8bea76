-- One row per accepted row on a key that another sender returned for the meetmoment too: who, and whose row counts.
with

staged as (

    {% for record in record_types() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ record }}' as record,
        staged.row_id,
        staged.submission_id,
        staged.meetmoment_code,
        staged.record_key,
        coalesce(versions.is_current, false) as is_current
    from {{ ref('stg_' ~ record) }} as staged
    left join {{ ref('int_' ~ record ~ '_version') }} as versions
        on staged.row_id = versions.row_id
        and versions.is_current
    where staged.record_key is not null and not staged.is_repeat
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

by_several as (

    select
        record,
        meetmoment_code,
        record_key,
        string_agg(distinct sender_code, ', ' order by sender_code) as senders,
        max(case when is_current then sender_code end) as counting_sender_code
    from sent
    group by record, meetmoment_code, record_key
    having count(distinct sender_code) > 1

),

final as (

    select
        sent.row_id,
        sent.record,
        sent.record_key,
        by_several.senders,
        by_several.counting_sender_code,
        by_several.senders || coalesce('; die van ' || by_several.counting_sender_code || ' telt', '') as senders_nl,
        by_several.senders || coalesce('; that of ' || by_several.counting_sender_code || ' counts', '') as senders_en
    from sent
    inner join by_several using (record, meetmoment_code, record_key)

)

select * from final
