-- One row per waiver: the rule that does not count, for what, why, by which role and until when.
with

waivers as (

    select * from {{ ref('reg_waiver') }}

),

covered as (

    select
        waiver_id,
        count(*) as finding_count,
        count(distinct submission_id) as submission_count
    from {{ ref('int_finding') }}
    where waiver_id is not null
    group by waiver_id

),

final as (

    select
        waivers.waiver_id,
        waivers.rule_id,
        waivers.meetmoment_code,
        waivers.project_code,
        waivers.record_key,
        waivers.reason_nl,
        waivers.reason_en,
        waivers.granted_by_role,
        waivers.granted_on,
        waivers.valid_until,
        coalesce(covered.finding_count, 0) as finding_count,
        coalesce(covered.submission_count, 0) as submission_count
    from waivers
    left join covered using (waiver_id)

)

select * from final
