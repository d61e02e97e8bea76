-- One row per key indicator and day of a value up to the cut-off day.
select
    kernindicator_code,
    measured_on,
    value,
    source
from fct_kernindicator_value
where measured_on <= getvariable('cutoff_date')
order by kernindicator_code, measured_on
