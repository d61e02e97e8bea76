-- One row per figure as printed.
{{ rows_of_this_plan('published_figure') }}
