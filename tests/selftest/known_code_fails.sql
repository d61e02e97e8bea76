-- A word in no list, a code of another list and a code in capitals: three failing values.
{{ config(tags=['selftest'], error_if='<> 3') }}
{{ test_known_code("(select * from (values ('up'), ('upward'), ('output'), ('UP'), ('UP')) as t(x))", 'x', 'indicator_direction') }}
