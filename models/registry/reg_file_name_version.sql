-- One row per pattern of file names that name their own version.
{{ rows_of_this_plan('file_name_version') }}
