-- One row per accepted version of a finance row, before what stands beside it may set it apart.
{{ versions_of('stg_finance', set_apart='int_row_set_apart') }}
