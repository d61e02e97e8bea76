"""What dbt says when somebody runs it by hand where there is no warehouse: what it needs, instead of a trace."""

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError


class Plugin(BasePlugin):
    """Asked by dbt-duckdb before it opens the database (profiles.yml)."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Refuse to begin without the warehouse of a night; a run of the house names its own and makes it.

        Raises:
            DbtRuntimeError: naming where it was looked for and what makes it.
        """
        path = Path(self.creds.path) if self.creds else None
        if path and "VEERKRACHT_WAREHOUSE" not in os.environ and not path.is_file():
            raise DbtRuntimeError(
                f"there is no warehouse at {path.absolute()}: dbt builds on the returns that a night loaded. Run "
                "make demo or veerkracht nightly first; VEERKRACHT_HOME and VEERKRACHT_PLAN say which home is meant, "
                "VEERKRACHT_WAREHOUSE names any other database"
            )
