-- One row per accepted version of a rrf_link row, with the time it was known from and to.
{{ versions_of('stg_rrf_link') }}
