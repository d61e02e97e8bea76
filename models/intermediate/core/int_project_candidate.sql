-- One row per accepted version of a project row, before what stands beside it may set it apart.
{{ versions_of('stg_project', set_apart='int_row_set_apart') }}
