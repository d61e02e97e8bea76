-- One row per submission known at the moment the run is made for.
with

plans as (

    select * from {{ ref('reg_plan') }}

),

submissions as (

    select
        submission.*,
        {{ local_day('submission.received_at', 'plans.time_zone') }} as received_on
    from {{ source('raw', 'submission') }} as submission
    inner join plans using (plan_code)

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

policy_domains as (

    select * from {{ ref('reg_policy_domain') }}

),

file_name_versions as (

    select * from {{ ref('reg_file_name_version') }}

),

final as (

    select
        submissions.submission_id,
        submissions.meetmoment_code,
        meetmomenten.meetmoment_number,
        meetmomenten.cutoff_date,
        submissions.file_name,
        submissions.sha256,
        submissions.byte_count,
        -- The digits a plan's file names give, such as the day of publication; else what stands behind _v.
        coalesce(
            try_cast(
                regexp_replace(
                    regexp_extract(submissions.file_name, file_name_versions.pattern), '\D', '', 'g'
                ) as integer
            ),
            submissions.declared_version
        ) as declared_version,
        submissions.received_at,
        submissions.received_on,
        policy_domains.policy_domain_code as sender_code,
        submissions.received_on > meetmomenten.deadline_on as is_late,
        case when submissions.withdrawn_at <= {{ known_on() }} then submissions.withdrawn_at end as withdrawn_at,
        case when submissions.withdrawn_at <= {{ known_on() }} then submissions.withdrawn_by end as withdrawn_by,
        case when submissions.withdrawn_at <= {{ known_on() }} then submissions.withdrawal_reason end
            as withdrawal_reason
    from submissions
    inner join meetmomenten using (meetmoment_code)
    left join file_name_versions on true
    left join policy_domains on starts_with(submissions.file_name, policy_domains.policy_domain_code || '_')
    where submissions.received_at <= {{ known_on() }}

)

select * from final
