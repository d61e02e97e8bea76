# One row per failure of gate 1 on a row beside others that may set it apart, judged before it counts.
from expectations import gate


def model(dbt, session):  # type: ignore[no-untyped-def]  # what dbt hands over has no types
    """What fails of ``expectations/comparison/candidate``; the tables that its suites judge are built before."""
    dbt.ref("int_budget_transfer_compared")
    dbt.ref("int_fact_project")
    dbt.ref("int_finance_compared")
    return gate.failed_rows(session, "comparison/candidate")
