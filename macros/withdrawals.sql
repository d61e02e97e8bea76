{# The versions of those keys of which a version, or a delivery that lacked one, was withdrawn, as the CTE
   `withdrawn_versions`: one row per version and stretch of time it held. A version may begin to hold at its receipt, when
   one that takes precedence is withdrawn, or when a later delivery of its series that lacked it is; it does so where at that
   moment none that takes precedence holds and none stands that lacks it, until the next of these is received or until it is
   withdrawn itself. `delivered` are the rows of all deliveries, those that were set apart among them. #}
{% macro withdrawn_versions(ordered, delivered) -%}
touched as (

    select * from {{ ordered }} where is_touched

),

lacking as (

    select distinct
        version.row_id,
        later.counts_from as lacked_from,
        later.withdrawn_at as lacked_to
    from touched as version
    inner join {{ ref('int_full_delivery') }} as later
        on version.series = later.series
        and version.series_position < later.series_position
        and version.known_from < {{ or_never('later.withdrawn_at') }}
    left join {{ delivered }} as again
        on later.series = again.series
        and later.series_position = again.series_position
        and version.record_key = again.record_key
    where again.row_id is null

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
    select row_id, lacked_to as begins_at from lacking where lacked_to is not null

),

preceded as (

    select
        version.row_id,
        beginnings.begins_at,
        bool_or(
            higher.known_from <= beginnings.begins_at
            and {{ or_never('higher.withdrawn_at') }} > beginnings.begins_at
        ) as is_preceded,
        min(case when higher.known_from > beginnings.begins_at then higher.known_from end) as preceded_from
    from touched as version
    inner join beginnings using (row_id)
    inner join touched as higher
        on version.meetmoment_code = higher.meetmoment_code
        and version.record_key = higher.record_key
        and version.precedence < higher.precedence
    group by version.row_id, beginnings.begins_at

),

lacked_then as (

    select
        beginnings.row_id,
        beginnings.begins_at,
        min(lacking.lacked_from) as lacked_from
    from beginnings
    inner join lacking
        on beginnings.row_id = lacking.row_id
        and {{ or_never('lacking.lacked_to') }} > beginnings.begins_at
    group by beginnings.row_id, beginnings.begins_at

),

withdrawn_versions as (

    select version.* replace (
        beginnings.begins_at as known_from,
        least(
            version.withdrawn_at, version.project_gone_at, preceded.preceded_from, lacked_then.lacked_from
        ) as known_to
    )
    from touched as version
    inner join beginnings using (row_id)
    left join preceded using (row_id, begins_at)
    left join lacked_then using (row_id, begins_at)
    where
        not coalesce(preceded.is_preceded, false)
        and {{ or_never('version.withdrawn_at') }} > beginnings.begins_at
        and (
            version.known_from = beginnings.begins_at
            or (
                {{ or_never('version.project_gone_at') }} > beginnings.begins_at
                and {{ or_never('lacked_then.lacked_from') }} > beginnings.begins_at
            )
        )

),
{%- endmacro %}
