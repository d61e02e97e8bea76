-- One row per accepted version of an indicator row, with the time it was known from and to.
{{ versions_of('stg_indicator') }}
