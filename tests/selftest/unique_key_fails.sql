-- Two keys occur twice, one of them with an empty part: two failing rows, no more and no less.
{{ config(tags=['selftest'], error_if='<> 2') }}
{{ test_unique_key("(select * from (values ('a', 1), ('a', 1), ('b', null), ('b', null), ('c', 1)) as t(x, y))", ['x', 'y']) }}
