-- One row per plan, indicator and version of its description; one that only returns name is there unregistered.
with

registered as (

    select * from {{ ref('indicator') }}

),

periodicities as (

    select * from {{ ref('periodicity') }}

),

returned as (

    select * from {{ ref('int_indicator_value_version') }}

),

described as (

    select
        registered.*,
        periodicities.months as periodicity_months,
        true as is_registered
    from registered
    left join periodicities on registered.periodicity = periodicities.periodicity

),

undescribed as (

    select
        returned.plan_code,
        returned.indicator_code,
        min(returned.cutoff_date) as valid_from,
        false as is_registered
    from returned
    left join registered
        on returned.plan_code = registered.plan_code
        and returned.indicator_code = registered.indicator_code
    where registered.indicator_code is null
    group by returned.plan_code, returned.indicator_code

),

united as (

    select * from described
    union all by name
    select * from undescribed

),

-- The first description also speaks for the time before it; each holds until the next begins.
final as (

    select
        *,
        row_number() over (partition by plan_code, indicator_code order by valid_from) as version_number,
        lead(valid_from) over (partition by plan_code, indicator_code order by valid_from) as valid_to
    from united

)

select * from final
