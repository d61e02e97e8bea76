-- One row per submission with the verdict of gate 1: one critical finding rejects all of it.
with

submissions as (

    select * from {{ ref('stg_submission') }}

),

-- What is found beside other rows rejects nobody (docs/adr/0005).
rejected as (

    select distinct submission_id
    from {{ ref('int_submission_finding') }}
    where severity = 'critical' and waiver_id is null

),

-- What was confirmed after its receipt counts from then on.
confirmed as (

    select
        findings.submission_id,
        cast(max(waivers.granted_on) as timestamp) as confirmed_at
    from {{ ref('int_submission_finding') }} as findings
    inner join {{ ref('reg_waiver') }} as waivers using (waiver_id)
    inner join submissions using (submission_id)
    where findings.severity = 'critical' and waivers.record_key = submissions.sha256
    group by findings.submission_id

),

final as (

    select
        submissions.* exclude (recoded_codes),
        greatest(submissions.received_at, confirmed.confirmed_at) as counts_from,
        case when rejected.submission_id is null then 'accepted' else 'rejected' end as verdict
    from submissions
    left join rejected using (submission_id)
    left join confirmed using (submission_id)

)

select * from final
