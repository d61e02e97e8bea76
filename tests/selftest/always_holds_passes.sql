-- The condition holds, or nobody knows.
{{ config(tags=['selftest'], error_if='<> 0') }}
{{ test_always_holds("(select * from (values (1), (2), (null)) as t(x))", 'x > 0', 'x is above 0') }}
