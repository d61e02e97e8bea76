-- One row per indicator and version of its description: the registry's, else a delivered one, else none at all.
with

registered as (

    select * from {{ ref('reg_indicator') }}

),

periodicities as (

    select * from {{ ref('periodicity') }}

),

delivered as (

    select * from {{ ref('int_indicator_version') }} where is_current

),

named as (

    select
        indicator_code,
        min(cutoff_date) as first_named_on
    from {{ ref('int_indicator_value_version') }}
    group by indicator_code

),

of_registry as (

    select
        registered.*,
        periodicities.months as periodicity_months,
        'registry' as registered_by
    from registered
    left join periodicities using (periodicity)

),

told as (

    select
        *,
        (title, definition, unit, direction, project_code) as description
    from delivered

),

-- A register that is delivered again says everything again; only where it says something else a version begins.
compared as (

    select
        *,
        lag(description) over (partition by indicator_code order by cutoff_date) as description_before
    from told

),

-- A sender says no day from which its first description holds: it does from the first time the indicator is named.
of_delivery as (

    select
        compared.indicator_code,
        least(
            compared.cutoff_date,
            case when compared.description_before is null then named.first_named_on end
        ) as valid_from,
        compared.project_code,
        compared.title as label_nl,
        compared.title as label_en,
        compared.definition as definition_nl,
        compared.definition as definition_en,
        compared.unit,
        compared.direction,
        'delivery' as registered_by
    from compared
    left join named using (indicator_code)
    left join registered using (indicator_code)
    where
        registered.indicator_code is null
        and compared.description is distinct from compared.description_before

),

described as (

    select * from of_registry
    union all by name
    select * from of_delivery

),

of_nobody as (

    select
        named.indicator_code,
        named.first_named_on as valid_from,
        'nobody' as registered_by
    from named
    left join described using (indicator_code)
    where described.indicator_code is null

),

united as (

    select * from described
    union all by name
    select * from of_nobody

),

-- The first description also speaks for the time before it; each holds until the next begins.
final as (

    select
        *,
        registered_by <> 'nobody' as is_registered,
        row_number() over (partition by indicator_code order by valid_from) as version_number,
        lead(valid_from) over (partition by indicator_code order by valid_from) as valid_to
    from united

)

select * from final
