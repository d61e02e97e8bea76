-- One row per record, meetmoment and key that gate 1 sets apart as it stands in a row that no later delivery replaces.
with

set_apart as (

    {{ still_apart('int_row_set_apart') | indent(4) }}

),

final as (

    select
        record,
        meetmoment_code,
        meetmoment_number,
        record_key,
        min(project_code) as project_code
    from set_apart
    where record_key is not null
    group by record, meetmoment_code, meetmoment_number, record_key

)

select * from final
