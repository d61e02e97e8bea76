-- One row per measure of the EU facility that the register has or a link names.
with

registered as (

    select * from {{ ref('reg_rrf_measure') }}

),

linked as (

    select distinct measure_code from {{ ref('int_rrf_link') }}

),

final as (

    select
        measure_code,
        registered.label_nl,
        registered.label_en
    from registered
    full outer join linked using (measure_code)

)

select * from final
