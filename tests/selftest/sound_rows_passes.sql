-- Rows that differ in one column of the key, also where that column is empty; an empty value is none that is not allowed.
{{ config(tags=['selftest'], error_if='<> 0') }}
{{ test_sound_rows(
    "(select * from (values ('a', 1), ('a', 2), ('b', 1), ('a', null)) as t(x, y))",
    ['x', 'y'], ['x'], {'x': ['a', 'b'], 'y': ['1', '2']}
) }}
