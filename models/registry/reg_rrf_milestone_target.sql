-- One row per milestone or target of the EU facility.
{{ rows_of_this_plan('rrf_milestone_target') }}
