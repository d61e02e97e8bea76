-- One row per submission, sheet, record, instance and field: the column of the sheet that the field was read from.
{# In a sheet that lies on its side the row stands in place of the column. #}
select
    submission_id,
    sheet,
    record,
    instance,
    field,
    case
        when is_transposed then cast(column_number as varchar)
        else {{ column_letters('column_number') }}
    end as column_letter,
    source_header,
    constant
from {{ ref('int_source_column') }}
