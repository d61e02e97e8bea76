-- One row per reason why a submission, or a part of it, could not be read.
select distinct
    submission_id,
    rule_id,
    sheet,
    row_number,
    column_number,
    column_name,
    received_value,
    expected
from {{ source('raw', 'refusal') }}
