{# The versions of those keys of which a version, or a delivery that lacked one, was withdrawn, as the CTE
   `withdrawn_versions`: one row per version and stretch of time it held. A version may begin to hold at its receipt, when
   one that takes precedence is withdrawn, or when all that later lacked it is; it does so where none that takes precedence
   holds at that moment, until the next of these is received, until a later delivery lacks it or until it is withdrawn itself. #}
{% macro withdrawn_versions(ordered) -%}
touched as (

    select * from {{ ordered }} where is_touched

),

beginnings as (

    select row_id, known_from as begins_at from touched
    union
    select lower.row_id, higher.withdrawn_at as begins_at
    from touched as lower
    inner join touched as higher
        on lower.meetmoment_code = higher.meetmoment_code
        and lower.record_key = higher.record_key
        and lower.precedence < higher.precedence
        and lower.known_from < higher.withdrawn_at
    union
    select row_id, resumes_at as begins_at from touched where ended_at <= resumes_at

),

stretches as (

    select
        version.row_id,
        beginnings.begins_at,
        coalesce(bool_or(
            higher.known_from <= beginnings.begins_at
            and {{ or_never('higher.withdrawn_at') }} > beginnings.begins_at
        ), false) as is_preceded,
        least(
            version.withdrawn_at,
            version.project_gone_at,
            case
                when version.ended_at > beginnings.begins_at or version.known_from = beginnings.begins_at
                    then version.ended_at
            end,
            min(case when higher.known_from > beginnings.begins_at then higher.known_from end)
        ) as ends_at
    from touched as version
    inner join beginnings using (row_id)
    left join touched as higher
        on version.meetmoment_code = higher.meetmoment_code
        and version.record_key = higher.record_key
        and version.precedence < higher.precedence
    where
        {{ or_never('version.withdrawn_at') }} > beginnings.begins_at
        and (
            version.known_from = beginnings.begins_at
            or (
                {{ or_never('version.project_gone_at') }} > beginnings.begins_at
                and (
                    {{ or_never('version.ended_at') }} > beginnings.begins_at
                    or coalesce(version.resumes_at <= beginnings.begins_at, false)
                )
            )
        )
    group by
        version.row_id, version.withdrawn_at, version.project_gone_at, version.known_from, version.ended_at,
        beginnings.begins_at

),

withdrawn_versions as (

    select touched.* replace (stretches.begins_at as known_from, stretches.ends_at as known_to)
    from touched
    inner join stretches using (row_id)
    where not stretches.is_preceded

),
{%- endmacro %}
