-- One row per registered indicator and day from which its description holds.
{{ rows_of_this_plan('indicator') }}
