-- One row per meetmoment and sender: whether and when it delivered, and what the gate found.
with

submissions as (

    select
        *,
        coalesce(sender_code, 'unknown') as known_sender_code
    from {{ ref('int_submission') }}

),

-- Who is expected: every policy domain, at every meetmoment for which anything came; and whoever sent something.
expected as (

    select distinct
        submissions.meetmoment_code,
        policy_domains.policy_domain_code as sender_code
    from submissions
    cross join {{ ref('reg_policy_domain') }} as policy_domains
    union
    select
        meetmoment_code,
        known_sender_code as sender_code
    from submissions

),

counted as (

    select
        expected.meetmoment_code,
        expected.sender_code,
        min(submissions.received_at) as first_received_at,
        max(submissions.received_at) as last_received_at,
        count(submissions.submission_id) as submission_count,
        count(*) filter (where submissions.verdict = 'accepted' and submissions.withdrawn_at is null) as accepted_count,
        count(*) filter (where submissions.verdict = 'rejected' and submissions.withdrawn_at is null) as rejected_count,
        count(submissions.withdrawn_at) as withdrawn_count,
        count(*) filter (where submissions.is_late) as late_count,
        count(*) filter (
            where submissions.verdict = 'accepted' and submissions.withdrawn_at is null and not submissions.is_late
        ) as accepted_in_time_count,
        coalesce(sum(submissions.critical_count), 0) as critical_count,
        coalesce(sum(submissions.error_count), 0) as error_count,
        coalesce(sum(submissions.warning_count), 0) as warning_count,
        coalesce(sum(submissions.info_count), 0) as info_count,
        coalesce(sum(submissions.waived_count), 0) as waived_count
    from expected
    left join submissions
        on expected.meetmoment_code = submissions.meetmoment_code
        and expected.sender_code = submissions.known_sender_code
    group by expected.meetmoment_code, expected.sender_code

),

final as (

    select
        meetmoment_code,
        sender_code,
        first_received_at,
        last_received_at,
        submission_count,
        accepted_count,
        rejected_count,
        withdrawn_count,
        late_count,
        case
            when accepted_in_time_count > 0 then 'in_time'
            when accepted_count > 0 then 'late'
            when rejected_count > 0 then 'rejected'
            when withdrawn_count > 0 then 'withdrawn'
            else 'missing'
        end as delivery,
        cast(critical_count as bigint) as critical_count,
        cast(error_count as bigint) as error_count,
        cast(warning_count as bigint) as warning_count,
        cast(info_count as bigint) as info_count,
        cast(waived_count as bigint) as waived_count
    from counted

)

select * from final
