{# What a project had of a record at its latest earlier meetmoment and has no more, on the row of the project. A sender whose
   rows of that record have not come in yet has dropped none, a row whose key was not read may be any of them, and what was
   returned in a row that gate 1 sets apart is not missing. #}
{% macro missing_rows(record) %}
with

projects as (

    select
        *,
        {{ previous('meetmoment_number') }} as previous_meetmoment_number
    from {{ ref('int_project_version') }}
    where is_current
    {{ earlier_window() }}

),

versions as (

    select * from {{ ref('int_' ~ record ~ '_version') }} where is_current

),

submissions as (

    select
        submission_id,
        coalesce(sender_code, submission_id) as sender
    from {{ ref('stg_submission') }}

),

senders as (

    select distinct
        versions.meetmoment_number,
        submissions.sender
    from versions
    inner join submissions using (submission_id)

),

-- Of which project such a row is; where that was not read either, it may be any of them.
unnamed as (

    select distinct
        holding.meetmoment_number,
        coalesce(received.project_code, projects.project_code) as project_code
    from (select distinct meetmoment_number, submission_id from versions) as holding
    inner join {{ ref('stg_' ~ record) }} as received using (submission_id)
    inner join projects
        on holding.meetmoment_number = projects.meetmoment_number
        and coalesce(received.project_code = projects.project_code, true)
    where received.record_key is null

),

set_apart as (

    select * from {{ ref('int_key_set_apart') }} where record = '{{ record }}'

),

final as (

    select
        projects.row_id,
        projects.meetmoment_code,
        projects.project_code,
        before.row_id as previous_row_id,
        before.record_key as missing_key
    from projects
    inner join submissions using (submission_id)
    inner join senders using (meetmoment_number, sender)
    inner join versions as before
        on projects.project_code = before.project_code
        and projects.previous_meetmoment_number = before.meetmoment_number
    left join versions as now
        on projects.meetmoment_number = now.meetmoment_number
        and before.record_key = now.record_key
    left join unnamed
        on projects.meetmoment_number = unnamed.meetmoment_number
        and projects.project_code = unnamed.project_code
    left join set_apart
        on projects.meetmoment_number = set_apart.meetmoment_number
        and before.record_key = set_apart.record_key
    where
        now.row_id is null
        and unnamed.project_code is null
        and set_apart.record_key is null
    {%- if record == 'rrf_link' %}
        -- A link that had its last day is not missing; of a project without any link DQ10 tells.
        and coalesce(before.valid_to > projects.cutoff_date, true)
        and projects.project_code in (
            select others.project_code from versions as others
            where others.meetmoment_number = projects.meetmoment_number
        )
    {%- endif %}

)

select * from final
{% endmacro %}
