-- One row per column of a table.
select mart, "column" as name, type as data_type, label_nl, label_en, meaning_nl, meaning as meaning_en, cast(position as integer) as position
from read_csv('dictionary.csv', all_varchar = true)
order by mart, position
