-- One row per meetmoment and speerpunt: budget, committed, paid and encours in euro, as published.
{{ published_money('agg_finance_by_speerpunt_by_scope') }}
