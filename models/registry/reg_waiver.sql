-- One row per waiver.
{{ rows_of_this_plan('waiver') }}
