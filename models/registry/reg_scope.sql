-- One row per scope: a set of projects that a figure is about.
{{ rows_of_this_plan('scope') }}
