-- One row per transition of the register.
{{ rows_of_this_plan('transition') }}
