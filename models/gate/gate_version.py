# One row per failure of gate 1 on a row beside others that only flags it, judged on what counts.
from expectations import gate


def model(dbt, session):  # type: ignore[no-untyped-def]  # what dbt hands over has no types
    """What fails of ``expectations/comparison/version``; the tables that its suites judge are built before."""
    dbt.ref("int_account_balance_compared")
    dbt.ref("int_indicator_value_compared")
    dbt.ref("int_indicator_value_missing")
    dbt.ref("int_milestone_compared")
    dbt.ref("int_milestone_missing")
    dbt.ref("int_project_compared")
    dbt.ref("int_project_missing")
    dbt.ref("int_project_status_compared")
    dbt.ref("int_row_of_two_senders")
    dbt.ref("int_rrf_link_compared")
    dbt.ref("int_rrf_link_missing")
    dbt.ref("int_sheet_again")
    return gate.failed_rows(session, "comparison/version")
