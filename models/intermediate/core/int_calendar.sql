-- One row per meetmoment of the calendar, with what stands before it: by the calendar, and of what was delivered.
with

delivered as (

    select distinct meetmoment_code from {{ ref('int_project') }}

),

-- What "before" means for one record, the latest earlier meetmoment that has it, is the macro `previous`.
final as (

    select
        meetmomenten.*,
        delivered.meetmoment_code is not null as is_delivered,
        lag(meetmomenten.meetmoment_code) over (order by meetmomenten.meetmoment_number) as previous_meetmoment_code,
        last_value(delivered.meetmoment_code ignore nulls) over (
            order by meetmomenten.meetmoment_number
            rows between unbounded preceding and 1 preceding
        ) as previous_delivered_meetmoment_code
    from {{ ref('reg_meetmoment') }} as meetmomenten
    left join delivered using (meetmoment_code)

)

select * from final
