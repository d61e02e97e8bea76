-- One row per submission and sheet that a layout fits.
select
    sheet.submission_id,
    sheet.sheet,
    sheet.layout_code,
    sheet.row_count
from {{ source('raw', 'sheet') }} as sheet
inner join {{ ref('stg_submission') }} using (submission_id)
