-- One row per plan, meetmoment and sender: what was delivered or not, how late, and what the gate found.
with

submissions as (

    select * from {{ ref('int_submission') }}

),

opened as (

    select distinct
        plan_code,
        meetmoment_code
    from submissions

),

projects as (

    select
        plan_code,
        meetmoment_code,
        policy_domain_code,
        count(*) as project_count
    from {{ ref('int_project') }}
    group by plan_code, meetmoment_code, policy_domain_code

),

-- Who should deliver: every policy domain of the plan, at a meetmoment for which anything came in; and whoever else did.
senders as (

    select
        opened.plan_code,
        opened.meetmoment_code,
        policy_domains.policy_domain_code as sender_code
    from opened
    inner join {{ ref('policy_domain') }} as policy_domains on opened.plan_code = policy_domains.plan_code
    union
    select
        plan_code,
        meetmoment_code,
        coalesce(sender_code, 'unknown') as sender_code
    from submissions

),

final as (

    select
        senders.plan_code || '/' || senders.meetmoment_code as meetmoment_key,
        senders.sender_code,
        case
            when count(submissions.submission_id) = 0 then 'not_delivered'
            when count(*) filter (where submissions.verdict = 'accepted') = 0 then 'rejected'
            when bool_and(submissions.is_late) filter (where submissions.verdict = 'accepted') then 'late'
            else 'in_time'
        end as delivery,
        coalesce(max(projects.project_count), 0) as project_count,
        min(submissions.received_at) as first_received_at,
        max(submissions.received_at) as last_received_at,
        count(submissions.submission_id) as submission_count,
        count(*) filter (where submissions.verdict = 'accepted') as accepted_count,
        count(*) filter (where submissions.verdict = 'rejected') as rejected_count,
        count(*) filter (where submissions.is_late) as late_count,
        cast(coalesce(sum(submissions.critical_count), 0) as bigint) as critical_count,
        cast(coalesce(sum(submissions.error_count), 0) as bigint) as error_count,
        cast(coalesce(sum(submissions.warning_count), 0) as bigint) as warning_count,
        cast(coalesce(sum(submissions.info_count), 0) as bigint) as info_count,
        cast(coalesce(sum(submissions.waived_count), 0) as bigint) as waived_count
    from senders
    left join submissions
        on senders.plan_code = submissions.plan_code
        and senders.meetmoment_code = submissions.meetmoment_code
        and senders.sender_code = coalesce(submissions.sender_code, 'unknown')
    left join projects
        on senders.plan_code = projects.plan_code
        and senders.meetmoment_code = projects.meetmoment_code
        and senders.sender_code = projects.policy_domain_code
    group by senders.plan_code, senders.meetmoment_code, senders.sender_code

)

select * from final
