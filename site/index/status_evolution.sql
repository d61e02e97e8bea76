-- One row per meetmoment and status: how many projects of the published scope have it, and whether the scale of
-- statuses or the scope differs from the meetmoment before.
with scales as (
    select
        agg.meetmoment_code,
        min(agg.scope_code) as scope_code,
        list_sort(list(agg.status)) as scale,
        min(meetmoment.meetmoment_number) as meetmoment_number
    from agg_status_by_meetmoment as agg
    inner join site_meetmoment as meetmoment using (meetmoment_code)
    group by agg.meetmoment_code
),
breaks as (
    select
        meetmoment_code,
        lag(meetmoment_code) over calendar is not null
        and (
            scale is distinct from lag(scale) over calendar
            or scope_code is distinct from lag(scope_code) over calendar
        ) as is_break
    from scales
    window calendar as (order by meetmoment_number)
)
select
    agg.meetmoment_code,
    meetmoment.short_label,
    meetmoment.meetmoment_number,
    agg.status,
    agg.status_group,
    agg.status_label_nl,
    agg.status_label_en,
    agg.project_count,
    agg.scope_project_count,
    coalesce(status.colour, '#dfe3e8') as colour,
    coalesce(status.sort_order, case agg.status when 'not_reported' then 97 when 'set_apart' then 98 when 'withheld' then 99 else 100 end) as sort_order,
    case agg.status_group
        when 'realised' then '✔' when 'on_schedule' then '●' when 'attention' then '▲' when 'action' then '◆'
        when 'stopped' then '✖' else '○'
    end as sign,
    breaks.is_break,
    agg.trace_key
from agg_status_by_meetmoment as agg
inner join site_meetmoment as meetmoment using (meetmoment_code)
left join breaks using (meetmoment_code)
left join site_status as status using (status)
order by meetmoment.meetmoment_number, sort_order, agg.status
