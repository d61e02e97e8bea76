-- One row per table of the release, with its number of rows.
select
    tables.table_name as mart,
    dictionary.grain_nl,
    dictionary.grain_en,
    tables.estimated_size as row_count,
    case
        when table_name like 'dim%' or table_name like 'bridge%' then 5
        when table_name like '%finance%' or table_name like '%budget%' or table_name like '%account%' then 2
        when table_name like '%milestone%' and table_name not like '%rrf%' then 3
        when table_name like '%indicator%' then 4
        when table_name like '%rrf%' then 6
        when table_name like '%quality%' or table_name like '%finding%' or table_name like '%check%' then 7
        else 1
    end as subject
from duckdb_tables() as tables
inner join (
    -- What a row is: not how it is added up, which stands before it in some.
    select
        mart,
        min(regexp_extract(mart_meaning_nl, 'Eén rij [^.]*')) as grain_nl,
        min(regexp_extract(mart_meaning, 'One row [^.]*')) as grain_en
    from read_csv('dictionary.csv', all_varchar = true)
    group by mart
) as dictionary on tables.table_name = dictionary.mart
where not tables.temporary
order by subject, mart
