-- One row per record row that an error sets apart and no later delivery replaces, with what counts instead.
with

set_apart as (

    {{ still_apart('int_quarantined_row') | indent(4) }}

),

counted as (

    select
        versions.record,
        versions.meetmoment_code,
        versions.record_key,
        submissions.precedence
    from {{ ref('int_record_version') }} as versions
    inner join {{ ref('int_verdict') }} as submissions using (submission_id)
    where versions.is_current

),

final as (

    select
        set_apart.*,
        counted.precedence as counted_precedence
    from set_apart
    left join counted using (record, meetmoment_code, record_key)

)

select * from final
