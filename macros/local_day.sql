{# The day on which a moment (UTC) falls where the plan is; without a time zone of its own, in Brussels. Days of the
   calendar are days there: in Brussels the next one begins an hour before midnight UTC, in summer two hours before. #}
{% macro local_day(moment, time_zone) -%}
    cast(timezone(coalesce({{ time_zone }}, 'Europe/Brussels'), timezone('UTC', {{ moment }})) as date)
{%- endmacro %}
