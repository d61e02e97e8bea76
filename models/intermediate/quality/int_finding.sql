-- One row per finding on a submission, from the intake or from gate 1.
with

findings as (

    select * from {{ source('gate', 'finding') }}

),

submissions as (

    select * from {{ ref('stg_submission') }}

),

final as (

    select
        findings.*,
        submissions.plan_code,
        submissions.meetmoment_code,
        submissions.sender_code,
        submissions.file_name
    from findings
    inner join submissions on findings.submission_id = submissions.submission_id

)

select * from final
