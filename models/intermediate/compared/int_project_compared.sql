-- One row per accepted project row that holds, beside the same project earlier, the register, its money and EU links.
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

-- A rename or a move that the register of events has is explained there.
registered as (

    select
        meetmoment_code,
        project_code,
        bool_or(event_type = 'renamed') as is_renamed,
        bool_or(event_type = 'moved_cluster') as is_moved_to_cluster,
        bool_or(event_type = 'moved_ministry') as is_moved_to_ministry
    from {{ ref('int_registered_event') }}
    where reason_nl is not null
    group by meetmoment_code, project_code

),

-- What the register last said of whether a project is in the plan.
memberships as (

    select
        projects.row_id,
        max_by(events.seen_as, meetmomenten.meetmoment_number) as last_event,
        max_by(meetmomenten.label_nl, meetmomenten.meetmoment_number) as since_nl,
        max_by(meetmomenten.label_en, meetmomenten.meetmoment_number) as since_en
    from projects
    inner join {{ ref('int_registered_event') }} as events using (project_code)
    inner join {{ ref('reg_meetmoment') }} as meetmomenten
        on events.meetmoment_code = meetmomenten.meetmoment_code
        and projects.meetmoment_number >= meetmomenten.meetmoment_number
    where events.seen_as in ('added', 'dropped')
    group by projects.row_id

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

-- What was returned in a row that gate 1 sets apart is not missing.
set_apart as (

    select * from {{ ref('int_project_set_apart') }}

),

-- Who gave a status of a project, and which senders gave any at all: of the others it has not come in yet.
statuses as (

    select
        meetmoment_code,
        project_code,
        count(*) as status_count
    from {{ ref('int_project_status_version') }}
    where is_current
    group by meetmoment_code, project_code

),

submissions as (

    select
        submission_id,
        sender_code,
        coalesce(sender_code, submission_id) as sender
    from {{ ref('int_verdict') }}

),

status_senders as (

    select distinct
        statuses.meetmoment_code,
        submissions.sender
    from {{ ref('int_project_status_version') }} as statuses
    inner join submissions using (submission_id)
    where statuses.is_current

),

policy_domains as (

    select * from {{ ref('reg_policy_domain') }}

),

clusters as (

    select
        cluster_code,
        any_value(speerpunt_code) as speerpunt_code
    from {{ ref('reg_cluster') }}
    group by cluster_code
    having count(distinct speerpunt_code) = 1

),

described as (

    select
        projects.*,
        {{ plain_text('projects.title') }} as title_plain,
        submissions.sender_code,
        coalesce(policy_domains.policy_domain_code, projects.policy_domain) as policy_domain_code,
        policy_domains.policy_domain_code as registered_domain_code,
        clusters.speerpunt_code as cluster_speerpunt_code,
        case when projects.is_rrf then 'ja' when not projects.is_rrf then 'nee' end as rrf_word,
        statuses.status_count is not null or coalesce(set_apart.is_status, false) as has_status,
        coalesce(set_apart.is_link, false) as is_link_set_apart,
        coalesce(set_apart.is_money, false) as is_money_set_apart,
        status_senders.sender is not null as is_status_sent
    from projects
    inner join submissions using (submission_id)
    left join statuses using (meetmoment_code, project_code)
    left join set_apart using (meetmoment_code, project_code)
    left join status_senders
        on projects.meetmoment_code = status_senders.meetmoment_code
        and submissions.sender = status_senders.sender
    left join clusters on projects.cluster_code = clusters.cluster_code
    left join policy_domains
        on lower(projects.policy_domain) in (
            lower(policy_domains.policy_domain_code), lower(policy_domains.label_nl), lower(policy_domains.label_en)
        )

),

beside as (

    select
        *,
        {{ previous('title') }} as previous_title,
        {{ previous('title_plain') }} as previous_title_plain,
        {{ previous('cluster_code') }} as previous_cluster_code,
        {{ previous('funding_type') }} as previous_funding_type,
        {{ previous('budget_initial_eur') }} as previous_budget_initial_eur,
        {{ previous('rrf_word') }} as previous_rrf_word,
        {{ previous('policy_domain_code') }} as previous_policy_domain_code,
        {{ previous('start_date') }} as previous_start_date,
        {{ previous('end_date') }} as previous_end_date,
        {{ previous('has_status') }} as previous_has_status
    from described
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
        {% for field in ['funding_type', 'budget_initial_eur', 'rrf_word', 'policy_domain_code'] -%}
        beside.{{ field }},
        beside.previous_{{ field }},
        {% endfor -%}
        beside.speerpunt_code,
        beside.cluster_speerpunt_code,
        beside.sender_code,
        beside.registered_domain_code,
        coalesce(beside.previous_has_status and beside.is_status_sent and not beside.has_status, false)
            as is_status_gone,
        {% for language, names in [
            ('nl', ['initieel budget', 'startdatum', 'einddatum']),
            ('en', ['initial budget', 'start date', 'end date']),
        ] -%}
        nullif(concat_ws(
            ', ',
            {% for field in ['budget_initial_eur', 'start_date', 'end_date'] -%}
            case
                when
                    beside.previous_{{ field }} is not null
                    and {{ state_of_letter('beside.states', field_position('project', field)) }} = 'not_reported'
                    then '{{ names[loop.index0] }}'
            end{{ ',' if not loop.last }}
            {% endfor %}
        ), '') as emptied_{{ language }},
        {% endfor -%}
        coalesce(explanations.is_newly_explained, false) as is_newly_explained,
        {% for change in ['renamed', 'moved_to_cluster', 'moved_to_ministry'] -%}
        coalesce(explanations.is_newly_explained, false) or coalesce(registered.is_{{ change }}, false)
            as is_explained_as_{{ change }},
        {% endfor -%}
        {% for language in ['nl', 'en'] -%}
        case when memberships.last_event = 'dropped' then memberships.since_{{ language }} end
            as left_plan_{{ language }},
        {% endfor -%}
        coalesce(beside.is_rrf, false) as is_rrf,
        case when links.valid_count > 0 or not beside.is_link_set_apart then coalesce(links.valid_count, 0) end
            as valid_rrf_link_count,
        case
            when money.is_reported then 'reported'
            when money.is_explained then 'explained'
            when beside.is_money_set_apart then 'set_apart'
            else 'missing'
        end as money_state
    from beside
    left join explanations using (meetmoment_code, project_code)
    left join registered using (meetmoment_code, project_code)
    left join memberships using (row_id)
    left join money using (meetmoment_code, project_code)
    left join links using (meetmoment_code, project_code)

)

select * from final
