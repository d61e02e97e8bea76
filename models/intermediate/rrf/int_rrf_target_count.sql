-- One row per meetmoment, scope, level and milestone or target: once per measure, and once over all of them.
{% set levels = [('measure', 'links.measure_code'), ('plan', 'cast(null as varchar)')] %}
with

links as (

    select * from {{ ref('int_rrf_link') }} where is_valid_on_cutoff

),

members as (

    select * from {{ ref('int_project_scope') }}

),

placed as (

    {% for level, measure_code in levels %}
    select
        links.meetmoment_code,
        members.scope_code,
        '{{ level }}' as level,
        {{ measure_code }} as measure_code,
        links.mt_number,
        links.kind,
        links.self_reported_status,
        links.assessed_status,
        links.warning_count
    from links
    inner join members using (meetmoment_code, project_code)
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        meetmoment_code,
        scope_code,
        level,
        measure_code,
        mt_number,
        kind,
        {{ agreed_status('self_reported_status', 'not_reported') }} as self_reported_status,
        {{ agreed_status('assessed_status', 'not_assessed') }} as assessed_status,
        count(*) as link_count,
        sum(warning_count) as warning_count
    from placed
    group by meetmoment_code, scope_code, level, measure_code, mt_number, kind

)

select * from final
