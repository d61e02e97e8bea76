-- One row per code list that the project statuses come from instead of the common one.
{{ rows_of_this_plan('status_scale') }}
