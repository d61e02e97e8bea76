-- References that are found or empty, one that is declared to be none, and a name that only resembles a key.
{{ config(tags=['selftest'], error_if='<> 0') }}
{{ test_sound_mart(
    "(select * from (values (1, 'up', 'x', 'x'), (2, null, 'y', 'y')) as t(x, code, other_code, codec))",
    ['x'], no_references=['other_code'], keys={'code': ref('code')}
) }}
