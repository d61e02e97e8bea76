-- One row per subject of the narrative and first day of its text.
with

final as (

    select
        subject,
        subject_code,
        valid_from,
        valid_to,
        text_nl,
        text_en,
        source
    from {{ ref('reg_narrative') }}

)

select * from final
