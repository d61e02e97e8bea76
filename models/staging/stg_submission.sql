-- One row per submission known at the moment the run is made for.
with

submissions as (

    select * from {{ source('raw', 'submission') }}

),

meetmomenten as (

    select * from {{ ref('meetmoment') }}

),

policy_domains as (

    select * from {{ ref('policy_domain') }}

),

file_name_versions as (

    select * from {{ ref('file_name_version') }}

),

final as (

    select
        submissions.submission_id,
        submissions.plan_code,
        submissions.meetmoment_code,
        meetmomenten.meetmoment_number,
        meetmomenten.cutoff_date,
        submissions.file_name,
        submissions.sha256,
        submissions.byte_count,
        -- Where a plan says how, the digits its file names give, such as the day of publication; else the _v of the name.
        coalesce(
            try_cast(
                regexp_replace(
                    regexp_extract(submissions.file_name, file_name_versions.pattern), '\D', '', 'g'
                ) as integer
            ),
            submissions.declared_version
        ) as declared_version,
        submissions.received_at,
        policy_domains.policy_domain_code as sender_code,
        cast(submissions.received_at as date) > meetmomenten.deadline_on as is_late
    from submissions
    inner join meetmomenten
        on submissions.plan_code = meetmomenten.plan_code
        and submissions.meetmoment_code = meetmomenten.meetmoment_code
    left join file_name_versions on submissions.plan_code = file_name_versions.plan_code
    left join policy_domains
        on submissions.plan_code = policy_domains.plan_code
        and starts_with(submissions.file_name, policy_domains.policy_domain_code || '_')
    where submissions.received_at <= cast('{{ var("known_on") }}' as timestamp)

)

select * from final
