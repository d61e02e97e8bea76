-- One row per rule to which the plan gives a severity of its own.
{{ rows_of_this_plan('rule_severity') }}
