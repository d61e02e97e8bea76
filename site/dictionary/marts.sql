-- One row per table.
select mart, min(mart_meaning_nl) as meaning_nl, min(mart_meaning) as meaning_en, count(*) as column_count,
    string_agg("column", ', ' order by position) filter (is_key) as key_columns
from (select mart, mart_meaning_nl, mart_meaning, "column", cast(position as integer) as position, cast(is_key as boolean) as is_key
    from read_csv('dictionary.csv', all_varchar = true))
group by mart
order by mart
