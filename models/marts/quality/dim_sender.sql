-- One row per sender of returns: every policy domain that is expected to, and whoever sent something.
with

policy_domains as (

    select * from {{ ref('reg_policy_domain') }}

),

senders as (

    select policy_domain_code as sender_code from policy_domains
    union
    select coalesce(sender_code, 'unknown') from {{ ref('int_submission') }}

),

final as (

    select
        senders.sender_code,
        case senders.sender_code when 'unknown' then 'Onbekende afzender' else policy_domains.label_nl end as label_nl,
        case senders.sender_code when 'unknown' then 'Unknown sender' else policy_domains.label_en end as label_en,
        policy_domains.policy_domain_code is not null as is_policy_domain
    from senders
    left join policy_domains on senders.sender_code = policy_domains.policy_domain_code

)

select * from final
