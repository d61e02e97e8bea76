-- One row per accepted version of a project row, with the time it was known from and to.
{{ versions_of('stg_project') }}
