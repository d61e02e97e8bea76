-- One row per accepted row of the accounts that speaks for its closing date, beside the returns of that day.
with

accounts as (

    select * from {{ ref('int_account_balance_version') }} where is_current

),

differences as (

    select * from {{ ref('int_account_difference') }}

),

final as (

    select
        accounts.row_id,
        accounts.meetmoment_code,
        {% for measure in ['committed', 'paid'] -%}
        accounts.{{ measure }}_eur,
        max(case when differences.measure = '{{ measure }}' then differences.returned_eur end)
            as returned_{{ measure }}_eur,
        cast(
            100 * max(
                case
                    when differences.measure = '{{ measure }}' and not differences.has_explanation
                        then differences.difference_eur
                end
            ) as bigint
        ) as {{ measure }}_unexplained_cents{{ ',' if not loop.last }}
        {% endfor %}
    from accounts
    inner join differences using (closing_date, project_code, submission_id, sheet, row_number)
    group by accounts.row_id, accounts.meetmoment_code, accounts.committed_eur, accounts.paid_eur

)

select * from final
