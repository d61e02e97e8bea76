-- Codes of the list, and an empty value.
{{ config(tags=['selftest'], error_if='<> 0') }}
{{ test_known_code("(select * from (values ('up'), ('down'), (null)) as t(x))", 'x', 'indicator_direction') }}
