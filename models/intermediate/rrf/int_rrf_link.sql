-- One row per meetmoment, project, measure and milestone or target: the link, judged on the cut-off.
with

links as (

    select * from {{ with_warnings('int_rrf_link_version') }} where is_current

),

projects as (

    select * from {{ ref('int_project') }}

),

milestones_targets as (

    select
        *,
        last_day(make_date(due_year, due_quarter * 3, 1)) as due_on
    from {{ ref('reg_rrf_milestone_target') }}

),

open_milestones as (

    select
        meetmoment_code,
        project_code,
        milestone_code,
        planned_date
    from {{ ref('int_milestone') }}
    where status_group is distinct from 'dropped' and status_group is distinct from 'realised'

),

described as (

    select
        links.meetmoment_code,
        links.meetmoment_number,
        links.cutoff_date,
        links.project_code,
        links.measure_code,
        links.mt_number,
        links.valid_from,
        links.valid_to,
        links.valid_from <= links.cutoff_date and (links.valid_to is null or links.valid_to >= links.cutoff_date)
            as is_valid_on_cutoff,
        links.self_reported_status,
        links.assessed_status,
        milestones_targets.due_on,
        milestones_targets.kind,
        milestones_targets.mt_number is not null as is_registered,
        projects.is_rrf,
        links.submission_id,
        links.sheet,
        links.row_number,
        links.warning_count
    from links
    inner join projects using (meetmoment_code, project_code)
    left join milestones_targets using (mt_number)

),

-- A return does not say which of a project's milestones is the one of the facility, so the count is a sign, no verdict.
late as (

    select
        described.meetmoment_code,
        described.project_code,
        described.mt_number,
        count(distinct open_milestones.milestone_code) as milestone_count
    from described
    inner join open_milestones
        on described.meetmoment_code = open_milestones.meetmoment_code
        and described.project_code = open_milestones.project_code
        and described.due_on < open_milestones.planned_date
    group by described.meetmoment_code, described.project_code, described.mt_number

),

final as (

    select
        described.*,
        coalesce(late.milestone_count, 0) as milestones_after_quarter_count
    from described
    left join late using (meetmoment_code, project_code, mt_number)

)

select * from final
