-- One row per project and indicator that are linked: by the register, by the objective of the project, by its values.
with

projects as (

    select * from {{ ref('int_project') }}

),

indicators as (

    select * from {{ ref('int_indicator') }}

),

codes as (

    select
        indicator_code,
        upper(indicator_code) as word
    from indicators
    group by indicator_code

),

-- An objective names an indicator by its code, as a word of its own.
words as (

    select
        project_code,
        meetmoment_code,
        meetmoment_number,
        unnest(string_split_regex(upper(objective), '[^0-9A-Z_.-]+')) as word
    from projects

),

links as (

    select
        projects.project_code,
        indicators.indicator_code,
        'register' as link,
        projects.meetmoment_code,
        projects.meetmoment_number
    from indicators
    inner join projects using (project_code)
    union all
    select
        words.project_code,
        codes.indicator_code,
        'objective' as link,
        words.meetmoment_code,
        words.meetmoment_number
    from words
    inner join codes using (word)
    union all
    select
        returned.project_code,
        returned.indicator_code,
        'values' as link,
        returned.meetmoment_code,
        returned.meetmoment_number
    from {{ ref('int_indicator_value') }} as returned
    inner join projects using (meetmoment_code, project_code)
    where returned.submission_id is not null

),

final as (

    select
        project_code,
        indicator_code,
        bool_or(link = 'register') as is_in_register,
        bool_or(link = 'objective') as is_in_objective,
        bool_or(link = 'values') as has_values,
        arg_min(meetmoment_code, meetmoment_number) as first_meetmoment_code,
        arg_max(meetmoment_code, meetmoment_number) as last_meetmoment_code
    from links
    group by project_code, indicator_code

)

select * from final
