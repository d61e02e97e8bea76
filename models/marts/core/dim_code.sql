-- One row per code list and code that columns hold: what it is called, its place, colour and group, and its validity.
with

codes as (

    select * from {{ ref('reg_code') }}

),

-- A plan with a scale of its own has its statuses in the place of the common ones.
scales as (

    select code_list from {{ ref('reg_status_scale') }}

),

listed as (

    select
        case when code_list in (select code_list from scales) then 'project_status' else code_list end as code_list,
        code,
        label_nl,
        label_en,
        sort_order,
        colour,
        group_code,
        valid_from_meetmoment,
        valid_to_meetmoment
    from codes
    where code_list <> 'project_status' or not exists (select 1 from scales)

),

-- What is registered with more than a name: kinds of change, records, units, periodicities, facts.
registered as (

    select
        'change_kind' as code_list,
        kind as code,
        label_nl,
        label_en
    from {{ ref('change_kind') }}
    union all
    select
        'record' as code_list,
        record as code,
        label_nl,
        label_en
    from {{ ref('record') }}
    union all
    select
        'unit' as code_list,
        unit as code,
        label_nl,
        label_en
    from {{ ref('unit') }}
    union all
    select
        'periodicity' as code_list,
        periodicity as code,
        label_nl,
        label_en
    from {{ ref('periodicity') }}
    union all
    select
        'status_fact' as code_list,
        fact as code,
        label_nl,
        label_en
    from {{ ref('status_fact') }}

),

-- A headline is of a status too; it is called as that status is.
items as (

    select * replace ('headline_item' as code_list)
    from listed
    where code_list = 'project_status'

),

final as (

    select * from listed
    union all
    select * from items
    union all by name
    select * from registered

)

select * from final
