-- One row per accepted version of an account_balance row, with the time it was known from and to.
{{ versions_of('stg_account_balance') }}
