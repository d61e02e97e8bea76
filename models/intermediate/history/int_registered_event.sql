-- One row per meetmoment, project and event of the register of project identity.
select
    meetmoment_code,
    upper(project_code) as project_code,
    event_type,
    case when event_type in ('merged', 'split') then 'dropped' else event_type end as seen_as,
    string_agg(
        distinct upper(coalesce(related_project_code, old_code)), ', '
        order by upper(coalesce(related_project_code, old_code))
    ) as related_projects,
    string_agg(distinct reason_nl, '; ' order by reason_nl) as reason_nl,
    string_agg(distinct reason_en, '; ' order by reason_en) as reason_en,
    string_agg(distinct reference, '; ' order by reference) as reference
from {{ ref('reg_project_event') }}
where coalesce(recoded_record, 'project') = 'project'
group by meetmoment_code, upper(project_code), event_type
