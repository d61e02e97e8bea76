-- One row per policy domain that sends returns.
{{ rows_of_this_plan('policy_domain') }}
