-- One row per meetmoment and project with a warning: how many hang on the rows of its returns, each once.
select
    meetmoment_code,
    project_code,
    cast(sum(warning_count) as bigint) as warning_count
from {{ ref('int_record_version') }}
where is_current and project_code is not null and warning_count > 0
group by meetmoment_code, project_code
