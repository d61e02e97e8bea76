{# What stands in place of the status of a project without one: what was returned in a row set apart was returned. #}
{% macro no_status() -%}
    case when statuses_set_apart.project_code is null then 'not_reported' else 'set_apart' end
{%- endmacro %}

{# Whether a status of the scale, or a rule, holds at a meetmoment. #}
{% macro is_in_force(row, at) -%}
    {{ at }}.meetmoment_number >= {{ row }}.valid_from_meetmoment
    and {{ at }}.meetmoment_number <= coalesce({{ row }}.valid_to_meetmoment, {{ at }}.meetmoment_number)
{%- endmacro %}

{# How many projects have which status, per unit of a level of the plan (speerpunt_code, cluster_code or
   policy_domain_code), in the scope that is published. A status of the scale that no project of the unit has is a
   reported zero; what stands in place of a status is there where a project has it. #}
{% macro status_counts_by(unit) -%}
with

counted as (

    select * from {{ ref('int_status_counted') }}

),

cases as (

    select * from {{ ref('int_status_case') }}

),

denominators as (

    select
        meetmoment_code,
        scope_code,
        {{ unit }},
        count(*) as of_project_count
    from counted
    group by meetmoment_code, scope_code, {{ unit }}

),

numerators as (

    select
        meetmoment_code,
        {{ unit }},
        status,
        count(*) as project_count,
        sum(warning_count) as warning_count
    from counted
    group by meetmoment_code, {{ unit }}, status

),

final as (

    select
        denominators.meetmoment_code,
        denominators.{{ unit }},
        cases.status,
        denominators.scope_code,
        cases.status_group,
        cases.label_nl as status_label_nl,
        cases.label_en as status_label_en,
        coalesce(numerators.project_count, 0) as project_count,
        denominators.of_project_count,
        {{ pct('coalesce(numerators.project_count, 0)', 'denominators.of_project_count') }} as project_pct,
        cast(coalesce(numerators.warning_count, 0) as bigint) as warning_count
    from denominators
    inner join cases using (meetmoment_code)
    left join numerators
        on denominators.meetmoment_code = numerators.meetmoment_code
        and denominators.{{ unit }} = numerators.{{ unit }}
        and cases.status = numerators.status
    where cases.is_of_scale or numerators.project_count is not null

)

select * from final
{%- endmacro %}
