"""What headline figures are called, in Dutch and in English: in a release and in the warehouse it is made from."""

from pathlib import Path

NAMES = Path(__file__).with_name("headline_names.sql").read_text(encoding="utf-8")
"""SQL that makes the view `headline_name` where the marts are found by their names alone."""
