-- One row per submission, sheet, record, instance and field: the source column that feeds the field, or its constant.
select distinct
    submission_id,
    sheet,
    record,
    coalesce(instance, '-') as instance,
    field,
    column_number,
    case when column_number is not null then source_header end as source_header,
    case when column_number is null then text end as constant
from {{ ref('stg_cell') }}
