-- One row per cluster of the register.
{{ numbered_validity(rows_of_this_plan('cluster')) }}
