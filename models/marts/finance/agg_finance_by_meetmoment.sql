-- One row per meetmoment: budget, committed, paid and encours in euro, as published.
{{ published_money('agg_finance_by_meetmoment_by_scope') }}
