-- One row per record row that an error keeps out of the facts while the rest of its submission is accepted.
select distinct row_id
from {{ ref('int_finding') }}
where severity = 'error' and row_id is not null and waiver_id is null
