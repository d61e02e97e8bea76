-- One row per closing date, scope and measure: accounts beside returns in euro, and what is missing.
with

differences as (

    select *
    from {{ with_warnings(
        'int_account_difference', ['account_row_id', 'provisional_row_id', 'final_row_id'], measured_row_id='account_row_id'
    ) }}
    where meetmoment_code is not null

),

members as (

    select * from {{ ref('int_project_scope') }}

),

final as (

    select
        differences.closing_date,
        members.scope_code,
        differences.measure,
        differences.meetmoment_code,
        count(*) as project_count,
        count(differences.difference_eur) as compared_count,
        count(*) filter (where differences.difference_eur <> 0) as different_count,
        count(*) filter (where differences.comparison = 'accounts_missing') as accounts_missing_count,
        count(*) filter (where differences.comparison = 'return_missing') as return_missing_count,
        count(*) filter (where differences.comparison in ('not_applicable', 'both_missing'))
            as nothing_to_compare_count,
        cast(sum(differences.account_eur) filter (where differences.comparison = 'compared') as decimal(18, 2))
            as account_eur,
        cast(sum(differences.returned_eur) filter (where differences.comparison = 'compared') as decimal(18, 2))
            as returned_eur,
        cast(sum(differences.difference_eur) as decimal(18, 2)) as difference_eur,
        cast(sum(abs(differences.difference_eur)) as decimal(18, 2)) as absolute_difference_eur,
        cast(sum(differences.warning_count) as bigint) as warning_count
    from differences
    inner join members using (meetmoment_code, project_code)
    group by differences.closing_date, differences.meetmoment_code, members.scope_code, differences.measure

)

select * from final
