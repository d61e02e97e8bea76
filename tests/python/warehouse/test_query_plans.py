"""No model compares every row with every row: the plans of all models, as DuckDB makes them on the small plan.

A join whose ON is more than equalities of one side each is planned as a loop over both sides, and takes four times as
long for twice the rows. It is allowed where one side does not grow with the plan: it comes of the registry alone, or of
a table that `STEADY` names. Sizes decide nothing, so that a small plan says what a large one would.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pytest
from conftest import DemoRun

from flows.warehouse import compiled, transform

LOOPS = ("NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "CROSS_PRODUCT", "PIECEWISE_MERGE_JOIN", "IE_JOIN")
STEADY: Mapping[str, str] = {}
REGISTRY = "registry"
MOST_REGISTRY_ROWS = 500

Plan = dict[str, Any]
