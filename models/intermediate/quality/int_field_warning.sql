-- One row per record row and field of it with a warning: how many hang on that field.
select
    row_id,
    field,
    count(*) as warning_count
from {{ ref('int_finding') }}
where severity = 'warning' and row_id is not null and field is not null and waiver_id is null
group by row_id, field
