-- One row per code list, word and code: how returns may write the code, and at which meetmomenten it is valid.
with

-- What only figures have nobody returns.
codes as (

    select * from {{ ref('reg_code') }} where not coalesce(is_computed, false)

),

words as (

    select
        code_list,
        code,
        lower(code) as word
    from codes
    union
    select
        code_list,
        code,
        lower(label_nl) as word
    from codes
    union
    select
        code_list,
        code,
        lower(label_en) as word
    from codes
    union
    select
        code_list,
        code,
        lower(synonym) as word
    from {{ ref('code_synonym') }}

),

final as (

    select
        words.code_list,
        words.word,
        words.code,
        codes.valid_from_meetmoment,
        codes.valid_to_meetmoment
    from words
    inner join codes using (code_list, code)

)

select * from final
