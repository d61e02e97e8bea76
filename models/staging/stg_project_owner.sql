-- One row per meetmoment and project that a policy domain returned as its own: the domain whose rows go first.
with

submissions as (

    select * from {{ ref('stg_submission') }} where withdrawn_at is null

),

policy_domains as (

    select * from {{ ref('reg_policy_domain') }}

),

moves as (

    select distinct
        meetmoment_code,
        upper(project_code) as project_code
    from {{ ref('reg_project_event') }}
    where event_type = 'moved_ministry'

),

claims as (

    select
        projects.meetmoment_code,
        projects.meetmoment_number,
        projects.project_code,
        policy_domains.policy_domain_code,
        min(submissions.received_at) as claimed_at
    from {{ ref('stg_project') }} as projects
    inner join submissions using (submission_id)
    inner join policy_domains
        on lower(projects.policy_domain) in (
            lower(policy_domains.policy_domain_code), lower(policy_domains.label_nl), lower(policy_domains.label_en)
        )
    where coalesce(submissions.sender_code = policy_domains.policy_domain_code, true)
    group by
        projects.meetmoment_code, projects.meetmoment_number, projects.project_code,
        policy_domains.policy_domain_code

),

undisputed as (

    select
        meetmoment_number,
        project_code,
        any_value(policy_domain_code) as policy_domain_code
    from claims
    group by meetmoment_number, project_code
    having count(*) = 1

),

held_before as (

    select
        claims.meetmoment_code,
        claims.project_code,
        claims.policy_domain_code,
        max_by(undisputed.policy_domain_code, undisputed.meetmoment_number) as earlier_policy_domain_code
    from claims
    left join undisputed
        on claims.project_code = undisputed.project_code
        and claims.meetmoment_number > undisputed.meetmoment_number
    group by claims.meetmoment_code, claims.project_code, claims.policy_domain_code

),

-- Where two say that a project is theirs, it is of the one that had it, unless the register says that it moved; else of
-- the one that said so first.
final as (

    select
        claims.meetmoment_code,
        claims.project_code,
        claims.policy_domain_code
    from claims
    inner join held_before using (meetmoment_code, project_code, policy_domain_code)
    left join moves using (meetmoment_code, project_code)
    qualify row_number() over (
        partition by claims.meetmoment_code, claims.project_code
        order by
            coalesce(
                (claims.policy_domain_code = held_before.earlier_policy_domain_code)
                = (moves.project_code is null),
                false
            ) desc,
            claims.claimed_at,
            claims.policy_domain_code
    ) = 1

)

select * from final
