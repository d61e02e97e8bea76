-- One row per speerpunt of the register.
{{ rows_of_this_plan('speerpunt') }}
