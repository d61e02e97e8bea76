-- One row per lawful restatement of a printed figure.
{{ rows_of_this_plan('figure_restatement') }}
