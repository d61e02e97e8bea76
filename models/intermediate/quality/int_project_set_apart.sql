-- One row per meetmoment and project of which gate 1 sets something apart as it stands: a status, a link, an amount.
with

set_apart as (

    select * from {{ ref('int_key_set_apart') }}

),

amounts as (

    select distinct
        meetmoment_code,
        record_key
    from {{ ref('stg_finance') }}
    where measure in ('committed', 'paid')

),

final as (

    select
        set_apart.meetmoment_code,
        set_apart.project_code,
        bool_or(set_apart.record = 'project_status') as is_status,
        bool_or(set_apart.record = 'rrf_link') as is_link,
        bool_or(set_apart.record = 'finance' and amounts.record_key is not null) as is_money
    from set_apart
    left join amounts using (meetmoment_code, record_key)
    where set_apart.project_code is not null
    group by set_apart.meetmoment_code, set_apart.project_code

)

select * from final
