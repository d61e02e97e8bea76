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
    where submission.received_at <= {{ known_on() }}

),

meetmomenten as (

    select * from {{ ref('reg_meetmoment') }}

),

policy_domains as (

    select * from {{ ref('reg_policy_domain') }}

),

-- The latest receipt counts. But where two files of a series declare a version, that decides: a lower one that comes in
-- after a higher one takes its place before it. What was withdrawn by then stands in nobody's way.
overtaken as (

    select
        submissions.submission_id,
        min(higher.received_at) as overtaken_at,
        max_by(
            higher.submission_id, (higher.declared_version, coalesce(higher.declared_order, 0), higher.received_at)
        ) as overtaken_by
    from submissions
    inner join submissions as higher
        on submissions.meetmoment_code = higher.meetmoment_code
        and submissions.series = higher.series
        and (submissions.declared_version, coalesce(submissions.declared_order, 0))
        < (higher.declared_version, coalesce(higher.declared_order, 0))
        and higher.received_at <= submissions.received_at
        and {{ or_never('higher.withdrawn_at') }} > submissions.received_at
    where submissions.declared_version is not null and higher.declared_version is not null
    group by submissions.submission_id

),

-- Of one moment what the names declare decides, then the order of the names: never a checksum.
ordered as (

    select
        submissions.submission_id,
        case when overtaken.overtaken_at < submissions.received_at then overtaken.overtaken_by end as overtaken_by,
        row_number() over (
            partition by submissions.meetmoment_code
            order by
                coalesce(overtaken.overtaken_at, submissions.received_at),
                coalesce(submissions.declared_version, 1),
                coalesce(submissions.declared_order, 0),
                submissions.received_at,
                submissions.file_name,
                submissions.submission_id
        ) as precedence
    from submissions
    left join overtaken using (submission_id)

),

-- What is coded otherwise by now, by record, project (of a milestone) and code.
recodings as (

    select
        meetmoment_number,
        map_from_entries(
            list((concat_ws('|', recoded_record, project_code, received_code), code) order by received_code)
        ) as recoded_codes
    from {{ ref('reg_recoding') }}
    group by meetmoment_number

),

final as (

    select
        submissions.submission_id,
        submissions.meetmoment_code,
        meetmomenten.meetmoment_number,
        meetmomenten.cutoff_date,
        recodings.recoded_codes,
        submissions.file_name,
        submissions.sha256,
        submissions.byte_count,
        submissions.series,
        coalesce(submissions.declared_version, 1) as declared_version,
        submissions.declared_version is not null as is_version_declared,
        submissions.declared_order,
        ordered.overtaken_by,
        ordered.precedence,
        submissions.received_at,
        submissions.received_on,
        policy_domains.policy_domain_code as sender_code,
        coalesce(submissions.received_on > meetmomenten.deadline_on, false) as is_late,
        case when submissions.withdrawn_at <= {{ known_on() }} then submissions.withdrawn_at end as withdrawn_at,
        case when submissions.withdrawn_at <= {{ known_on() }} then submissions.withdrawn_by end as withdrawn_by,
        case when submissions.withdrawn_at <= {{ known_on() }} then submissions.withdrawal_reason end
            as withdrawal_reason
    from submissions
    inner join meetmomenten using (meetmoment_code)
    left join recodings using (meetmoment_number)
    inner join ordered using (submission_id)
    -- WVG_return.xlsx, 'WVG correctie.xlsx' and wvg-m3.xlsx are all of WVG.
    left join policy_domains
        on upper(left(submissions.file_name, length(policy_domains.policy_domain_code)))
        = upper(policy_domains.policy_domain_code)
        and substr(submissions.file_name, length(policy_domains.policy_domain_code) + 1, 1) in ('_', ' ', '-', '.')

)

select * from final
