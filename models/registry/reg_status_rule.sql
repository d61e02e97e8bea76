-- One row per rule of the status, of all plans or of this one.
{{ numbered_validity(rows_of_this_plan('status_rule', or_of_all=true)) }}
