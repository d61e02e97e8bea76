-- One row per cluster of the register.
{{ rows_of_this_plan('cluster') }}
