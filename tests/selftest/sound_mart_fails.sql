-- A key that two rows share, a reference under the name of the key to what is not there, and one under a longer name.
{{ config(tags=['selftest'], error_if='<> 3') }}
{{ test_sound_mart(
    "(select * from (values (1, 'up', 'up'), (1, 'nor this one', 'up'), (2, null, 'no such code')) as t(x, code, first_code))",
    ['x'], keys={'code': ref('code')}
) }}
