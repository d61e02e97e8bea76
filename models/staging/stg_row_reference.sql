-- One row per record row and field that names something of the register: whether that is there.
with

named as (

    {% for record, field in [
        ('project', 'cluster_code'), ('project', 'speerpunt_code'), ('project', 'policy_domain'),
        ('indicator_value', 'indicator_code'), ('indicator', 'indicator_code'),
    ] -%}
    {{ 'union all' if not loop.first }}
    select
        row_id,
        submission_id,
        '{{ record }}' as record,
        '{{ field }}' as field,
        {{ field }} as code
    from {{ ref('stg_' ~ record) }}
    where {{ field }} is not null
    {% endfor %}

),

keys as (

    select
        named.*,
        submissions.withdrawn_at
    from named
    inner join {{ ref('stg_submission') }} as submissions using (submission_id)

),

clusters as (

    select distinct cluster_code
    from {{ ref('reg_cluster') }}

),

speerpunten as (

    select distinct speerpunt_code
    from {{ ref('reg_speerpunt') }}

),

-- A domain may be named by its code or by its name.
policy_domains as (

    select lower(policy_domain_code) as name
    from {{ ref('reg_policy_domain') }}
    union
    select lower(label_nl) as name
    from {{ ref('reg_policy_domain') }}
    union
    select lower(label_en) as name
    from {{ ref('reg_policy_domain') }}

),

indicators as (

    select indicator_code
    from {{ ref('reg_indicator') }}
    union
    select code as indicator_code
    from keys
    where record = 'indicator' and withdrawn_at is null

),

-- A plan that registers no indicator itself leaves them to its deliveries: its values are never set apart for it.
indicator_register as (

    select count(*) as indicator_count from {{ ref('reg_indicator') }}

),

final as (

    select
        keys.row_id,
        keys.record,
        keys.field,
        case
            when keys.field <> 'cluster_code' or not plans.has_project_register then true
            else clusters.cluster_code is not null
        end as is_cluster_registered,
        case
            when keys.field <> 'speerpunt_code' or not plans.has_project_register then true
            else speerpunten.speerpunt_code is not null
        end as is_speerpunt_registered,
        case
            when keys.field <> 'policy_domain' or not plans.has_project_register then true
            else policy_domains.name is not null
        end as is_policy_domain_registered,
        case
            when keys.field <> 'indicator_code' or indicator_register.indicator_count = 0 then true
            else indicators.indicator_code is not null
        end as is_indicator_registered
    from keys
    cross join {{ ref('reg_plan') }} as plans
    cross join indicator_register
    left join clusters on case when keys.field = 'cluster_code' then keys.code end = clusters.cluster_code
    left join speerpunten on case when keys.field = 'speerpunt_code' then keys.code end = speerpunten.speerpunt_code
    left join policy_domains on case when keys.field = 'policy_domain' then lower(keys.code) end = policy_domains.name
    left join indicators on case when keys.field = 'indicator_code' then keys.code end = indicators.indicator_code

)

select * from final
