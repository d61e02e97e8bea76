-- One row per link to the EU facility that a project had at its latest earlier meetmoment, still held and is no more.
{{ missing_rows('rrf_link') }}
