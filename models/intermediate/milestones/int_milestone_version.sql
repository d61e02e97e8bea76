-- One row per accepted version of a milestone row, with the time it was known from and to.
{{ versions_of('stg_milestone') }}
