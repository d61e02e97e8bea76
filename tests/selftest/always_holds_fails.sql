-- The condition does not hold on one of three rows.
{{ config(tags=['selftest'], error_if='<> 1') }}
{{ test_always_holds("(select * from (values (1), (0), (null)) as t(x))", 'x > 0', 'x is above 0') }}
