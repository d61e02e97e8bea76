-- One row per submission and sheet that a layout fits.
select
    sheet.submission_id,
    sheet.sheet,
    sheet.layout_code,
    sheet.row_count,
    coalesce(layouts.is_transposed, false) as is_transposed
from {{ source('raw', 'sheet') }} as sheet
inner join {{ ref('stg_submission') }} using (submission_id)
left join {{ ref('layout') }} as layouts using (layout_code)
