-- One row per layout: the words in its cells that mean a state and not a value, and those that name a period.
with

layouts as (

    select layout_code from {{ ref('layout') }}

),

words as (

    select
        layouts.layout_code,
        lower(null_words.word) as word,
        null_words.match,
        null_words.value_state
    from layouts
    inner join {{ ref('layout_null_word') }} as null_words
        on coalesce(null_words.layout_code, layouts.layout_code) = layouts.layout_code
    -- A word of the layout itself goes before the same word of all layouts.
    qualify row_number() over (
        partition by layouts.layout_code, null_words.match, lower(null_words.word)
        order by null_words.layout_code is null
    ) = 1

),

periods as (

    select map_from_entries(list((date_form || ' ' || word, last_month) order by date_form, word)) as period_words
    from {{ ref('period_word') }}

),

-- A cell may begin with a word; of several that fit, the one that says most decides.
final as (

    select
        layout_code,
        {{ word_map('word', 'value_state', "match = 'exact'") }} as whole_words,
        {{ word_list('word', 'value_state', "match = 'prefix'") }} as first_words,
        any_value(periods.period_words) as period_words
    from words
    cross join periods
    group by layout_code

)

select * from final
