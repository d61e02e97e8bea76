-- One row per event and related project of the register of project identity.
{{ rows_of_this_plan('project_event') }}
