{# What the links of a milestone or target say of it together; where they do not agree on its status, that is what is said. #}
{% macro goal_as_linked() -%}
    {{ agreed_status('links.self_reported_status', 'not_reported') }} as self_reported_status,
    {{ agreed_status('links.assessed_status', 'not_assessed') }} as assessed_status,
    count(distinct links.project_code) as project_count,
    max(links.milestones_after_quarter_count) as milestones_after_quarter_count,
    cast(sum(links.warning_count) as bigint) as warning_count
{%- endmacro %}

{# Whether a milestone or target that was due by the cut-off is not said to be there. #}
{% macro goal_is_overdue(goal) -%}
    coalesce({{ goal }}.due_on <= {{ goal }}.cutoff_date, false)
    and {{ goal }}.self_reported_status not in ('completed', 'fulfilled')
{%- endmacro %}

{# What all who say it agree on: their status, the word for none, or that they do not agree. #}
{% macro agreed_status(status, none_word) -%}
    case
        when count(distinct coalesce({{ status }}, '{{ none_word }}')) > 1 then 'conflicting'
        else coalesce(max({{ status }}), '{{ none_word }}')
    end
{%- endmacro %}
