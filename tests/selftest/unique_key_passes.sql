-- Rows that differ in one column of the key, also where that column is empty.
{{ config(tags=['selftest'], error_if='<> 0') }}
{{ test_unique_key("(select * from (values ('a', 1), ('a', 2), ('b', 1), ('a', null)) as t(x, y))", ['x', 'y']) }}
