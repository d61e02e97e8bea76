"""Warehouse: a fresh DuckDB file per run, filled from the archive and transformed by dbt."""
