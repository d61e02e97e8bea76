-- Three keys twice, one of them with an empty part; a column empty where it must not be; two values that are not allowed.
{{ config(tags=['selftest'], error_if='<> 6') }}
{{ test_sound_rows(
    "(select * from (values ('a', 1), ('a', 1), ('b', null), ('b', null), ('c', 2), ('c', 3), ('c', 3)) as t(x, y))",
    ['x', 'y'], ['y'], {'x': ['a', 'b'], 'y': ['1', '3']}
) }}
