-- One row per table of the release, with its number of rows.
select
    tables.table_name as mart,
    split_part(tables.comment, '. ', 1) as grain,
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
where not tables.temporary
order by subject, mart
