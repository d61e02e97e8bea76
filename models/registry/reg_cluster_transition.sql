-- One row per cluster, transition and kernindicator of the register.
{{ rows_of_this_plan('cluster_transition') }}
