-- One row per meetmoment and project: the project as its current return describes it.
with

projects as (

    select * from {{ ref('int_project_version') }} where is_current

),

speerpunten as (

    select * from {{ ref('reg_speerpunt') }}

),

clusters as (

    select * from {{ ref('reg_cluster') }}

),

policy_domains as (

    select * from {{ ref('reg_policy_domain') }}

),

final as (

    select
        projects.meetmoment_code,
        projects.meetmoment_number,
        projects.project_code,
        projects.title,
        projects.speerpunt_code,
        coalesce(speerpunten.label_nl, projects.speerpunt_name, projects.speerpunt_code) as speerpunt_label_nl,
        coalesce(speerpunten.label_en, projects.speerpunt_name, projects.speerpunt_code) as speerpunt_label_en,
        projects.cluster_code,
        coalesce(clusters.label_nl, projects.cluster_name, projects.cluster_code) as cluster_label_nl,
        coalesce(clusters.label_en, projects.cluster_name, projects.cluster_code) as cluster_label_en,
        coalesce(policy_domains.policy_domain_code, projects.policy_domain) as policy_domain_code,
        coalesce(policy_domains.label_nl, projects.policy_domain) as policy_domain_label_nl,
        coalesce(policy_domains.label_en, projects.policy_domain) as policy_domain_label_en,
        projects.funding_type,
        projects.is_rrf,
        projects.budget_initial_eur,
        projects.objective,
        projects.start_date,
        projects.end_date,
        projects.submission_id,
        projects.sheet,
        projects.row_number,
        projects.row_id
    from projects
    left join speerpunten using (speerpunt_code)
    left join clusters using (cluster_code)
    left join policy_domains
        on lower(projects.policy_domain) in (
            lower(policy_domains.policy_domain_code), lower(policy_domains.label_nl), lower(policy_domains.label_en)
        )

)

select * from final
