-- One row per kernindicator of the register and day of a value.
{{ rows_of_this_plan('kernindicator_value') }}
