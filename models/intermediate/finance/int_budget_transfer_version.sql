-- One row per accepted version of a budget_transfer row, with the time it was known from and to.
{{ versions_of('stg_budget_transfer') }}
