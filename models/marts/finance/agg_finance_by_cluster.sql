-- One row per meetmoment and cluster: budget, committed, paid and encours in euro, as published.
{{ published_money('agg_finance_by_cluster_by_scope') }}
