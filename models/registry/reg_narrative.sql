-- One row per subject of the narrative and first day of its text.
{{ rows_of_this_plan('narrative') }}
