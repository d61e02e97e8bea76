-- One row per kernindicator of the register.
{{ rows_of_this_plan('kernindicator') }}
