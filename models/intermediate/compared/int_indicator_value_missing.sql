-- One row per indicator value that a project had at its latest earlier meetmoment and has no more.
{{ missing_rows('indicator_value') }}
