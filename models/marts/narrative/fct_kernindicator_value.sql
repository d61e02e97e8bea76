-- One row per kernindicator and day of a value; values of context are shown and never added up.
with

final as (

    select
        kernindicator_code,
        measured_on,
        value,
        source,
        is_invented
    from {{ ref('reg_kernindicator_value') }}

)

select * from final
