-- One row per submission, sheet, record, instance and field: the column of the sheet that the field was read from.
{# The column as a spreadsheet names it: 1 is A, 27 is AA. Three letters reach every column a sheet may have. #}
select
    submission_id,
    sheet,
    record,
    instance,
    field,
    case when column_number > 702 then chr(cast(65 + ((column_number - 703) // 676) % 26 as integer)) else '' end
    || case when column_number > 26 then chr(cast(65 + ((column_number - 27) // 26) % 26 as integer)) else '' end
    || chr(cast(65 + (column_number - 1) % 26 as integer)) as column_letter,
    source_header,
    constant
from {{ ref('int_source_column') }}
