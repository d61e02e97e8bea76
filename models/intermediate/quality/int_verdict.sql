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

final as (

    select
        submissions.*,
        case when rejected.submission_id is null then 'accepted' else 'rejected' end as verdict
    from submissions
    left join rejected using (submission_id)

)

select * from final
