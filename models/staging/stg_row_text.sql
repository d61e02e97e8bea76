-- One row per row of a sheet: the texts of its cells as received, in the order of the columns.
{{ config(materialized="view") }}
select
    submission_id,
    sheet,
    row_number,
    texts
from {{ source('raw', 'row') }}
