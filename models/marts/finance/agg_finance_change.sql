-- One row per meetmoment, scope and measure: the parts of the change since the previous meetmoment.
{% set parts = ['entered', 'left', 'first_reported', 'no_longer_reported', 'restated', 'increase', 'decrease'] %}
with

changes as (

    select
        meetmoment_code,
        scope_code,
        measure,
        max(previous_meetmoment_code) as previous_meetmoment_code,
        count(*) filter (where presence = 'stayed') as stayed_count,
        count(*) filter (where presence = 'entered') as entered_count,
        count(*) filter (where presence = 'left') as left_count,
        {% for part in parts -%}
        cast(sum({{ part }}_eur) as decimal(18, 2)) as {{ part }}_eur,
        {% endfor -%}
        cast(sum(warning_count) as bigint) as warning_count
    from {{ ref('agg_finance_change_by_project') }}
    group by meetmoment_code, scope_code, measure

),

-- The amounts at both ends are the published sums, not sums of the parts: only so can the parts fail to explain them.
sums as (

    select
        meetmoment_code,
        scope_code,
        sum(committed_eur) as committed_eur,
        sum(paid_eur) as paid_eur
    from {{ ref('int_finance_sum') }}
    where execution = {{ as_first_told() }}
    group by meetmoment_code, scope_code

),

ends as (

    select
        changes.*,
        cast(
            coalesce(case changes.measure when 'committed' then before.committed_eur else before.paid_eur end, 0)
            as decimal(18, 2)
        ) as previous_eur,
        cast(
            coalesce(case changes.measure when 'committed' then now.committed_eur else now.paid_eur end, 0)
            as decimal(18, 2)
        ) as current_eur
    from changes
    left join sums as before
        on changes.previous_meetmoment_code = before.meetmoment_code
        and changes.scope_code = before.scope_code
    left join sums as now
        on changes.meetmoment_code = now.meetmoment_code
        and changes.scope_code = now.scope_code

),

final as (

    select
        meetmoment_code,
        scope_code,
        measure,
        previous_meetmoment_code,
        stayed_count,
        entered_count,
        left_count,
        previous_eur,
        {% for part in parts -%}
        {{ part }}_eur,
        {% endfor -%}
        current_eur,
        cast(current_eur - previous_eur as decimal(18, 2)) as change_eur,
        cast(
            current_eur - previous_eur
            {% for part in parts -%}
            - {{ part }}_eur
            {% endfor -%}
            as decimal(18, 2)
        ) as unexplained_eur,
        warning_count
    from ends

)

select * from final
