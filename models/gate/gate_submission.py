# One row per failure of gate 1 on what was received as it stands: a cell, a row, a text or a submission.
from expectations import gate


def model(dbt, session):  # type: ignore[no-untyped-def]  # what dbt hands over has no types
    """What fails of ``expectations/submission``; the tables that its suites judge are built before."""
    dbt.ref("stg_account_balance")
    dbt.ref("stg_budget_transfer")
    dbt.ref("stg_cell")
    dbt.ref("stg_column_check")
    dbt.ref("stg_delivery_check")
    dbt.ref("stg_finance")
    dbt.ref("stg_indicator")
    dbt.ref("stg_indicator_value")
    dbt.ref("stg_milestone")
    dbt.ref("stg_precedence_check")
    dbt.ref("stg_project")
    dbt.ref("stg_project_compared")
    dbt.ref("stg_project_status")
    dbt.ref("stg_published_text")
    dbt.ref("stg_row_reference")
    dbt.ref("stg_rrf_link")
    dbt.ref("stg_submission_check")
    dbt.ref("stg_value_again")
    return gate.failed_rows(session, "submission")
