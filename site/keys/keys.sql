-- One row per short key that a document of this release prints.
select
    left(short_key, 1) as letter,
    short_key,
    trace_key,
    split_part(trace_key, '/', 2) as mart,
    -- Values of indicators stand on one page per meetmoment, which thousands of them would make unreadable.
    starts_with(mart, 'fct_indicator') and count(*) over (partition by mart) > 500 as is_in_file
from site_key
order by short_key, trace_key
