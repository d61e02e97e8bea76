-- One row per accepted row that names a project: whether that project was described by an accepted row while it held.
with

staged as (

    {% for record in record_types() if record not in ('project', 'indicator') %}
    {{ 'union all' if not loop.first }}
    select
        row_id,
        submission_id,
        meetmoment_code,
        project_code
    from {{ ref('stg_' ~ record) }}
    where project_code is not null and not is_repeat
    {% endfor %}

),

submissions as (

    select
        submission_id,
        counts_from
    from {{ ref('int_verdict') }}
    where verdict = 'accepted'

),

rows_set_apart as (

    select * from {{ ref('int_row_set_apart') }}

),

projects as (

    select
        meetmoment_code,
        project_code,
        max({{ or_never('known_to') }}) as described_until
    from {{ ref('int_project_candidate') }}
    where {{ or_never('known_to') }} > known_from
    group by meetmoment_code, project_code

),

final as (

    select
        staged.row_id,
        coalesce(projects.described_until > submissions.counts_from, false) as is_project_accepted,
        case when projects.described_until < {{ or_never('null') }} then projects.described_until end
            as project_gone_at
    from staged
    inner join submissions using (submission_id)
    left join rows_set_apart using (row_id)
    left join projects using (meetmoment_code, project_code)
    where rows_set_apart.row_id is null

)

select * from final
