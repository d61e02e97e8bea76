-- One row per accepted version of a budget_transfer row, before what stands beside it may set it apart.
{{ versions_of('stg_budget_transfer', set_apart='int_row_set_apart') }}
