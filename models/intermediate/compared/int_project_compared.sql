-- One row per accepted project row that holds, beside the same project earlier, its money and its EU links.
with

projects as (

    select * from {{ ref('int_project_version') }} where is_current

),

status_words as (

    select
        meetmoment_code,
        project_code,
        {{ is_newly_explained() }} as is_newly_explained
    from {{ ref('int_project_status_version') }}
    where is_current
    {{ earlier_window() }}

),

-- The project record has no words of its own: what is new is explained with a status, by whoever gives one.
explanations as (

    select
        meetmoment_code,
        project_code,
        bool_or(is_newly_explained) as is_newly_explained
    from status_words
    group by meetmoment_code, project_code

),

money as (

    select
        meetmoment_code,
        project_code,
        bool_or(amount_eur is not null) as is_reported,
        bool_or(amount_eur_state in ('not_applicable', 'withheld') or explanation is not null) as is_explained
    from {{ ref('int_finance_candidate') }}
    where is_current and measure in ('committed', 'paid')
    group by meetmoment_code, project_code

),

links as (

    select
        meetmoment_code,
        project_code,
        count(*) filter (where valid_from <= cutoff_date and coalesce(valid_to >= cutoff_date, true)) as valid_count
    from {{ ref('int_rrf_link_version') }}
    where is_current
    group by meetmoment_code, project_code

),

beside as (

    select
        *,
        {{ previous('title') }} as previous_title,
        {{ plain_text('title') }} as title_plain,
        {{ previous(plain_text('title')) }} as previous_title_plain,
        {{ previous('cluster_code') }} as previous_cluster_code
    from projects
    {{ earlier_window() }}

),

final as (

    select
        beside.row_id,
        beside.meetmoment_code,
        beside.project_code,
        beside.title,
        beside.previous_title,
        beside.title_plain,
        beside.previous_title_plain,
        beside.cluster_code,
        beside.previous_cluster_code,
        coalesce(explanations.is_newly_explained, false) as is_newly_explained,
        coalesce(beside.is_rrf, false) as is_rrf,
        coalesce(links.valid_count, 0) as valid_rrf_link_count,
        case
            when money.is_reported then 'reported'
            when money.is_explained then 'explained'
            else 'missing'
        end as money_state
    from beside
    left join explanations using (meetmoment_code, project_code)
    left join money using (meetmoment_code, project_code)
    left join links using (meetmoment_code, project_code)

)

select * from final
