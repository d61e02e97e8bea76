"""The files of a release, by name."""

from collections.abc import Iterable
from pathlib import PurePosixPath

DATABASE = "marts.duckdb"
WORKBOOK = "marts.xlsx"
HEADLINES = "headline_figures.json"
CSV_ZIP = "marts_csv.zip"
"""All of `CSV` in one file."""
WHOLE = (WORKBOOK, CSV_ZIP, DATABASE)
"""What holds all marts in one file, as people look for it."""
PARQUET, CSV, CSV_EXCEL_NL = "parquet", "csv", "csv_excel_nl"
CHARTS = "grafieken"
"""The folder of the charts of the site, each with a page that another site may embed."""
KEY_PAGES = "sleutels"
"""The pages of the site on which short keys lead to figures, a page per first letter of the key."""
COMPRESSED = ".gz"
"""What the name of a CSV file ends in besides, where it is too large to stand there as text."""


def mart_of(path: str) -> str:
    """The mart whose rows a file of a release holds, by its path."""
    return PurePosixPath(path).parts[1].partition(".")[0]


def part_of(path: str) -> str | None:
    """The meetmoment whose rows alone a file holds; None where it holds those of all."""
    parts = PurePosixPath(path).parts
    return PurePosixPath(path).stem if len(parts) > 2 and parts[0] == PARQUET else None


def parquet_of(mart: str, paths: Iterable[str]) -> list[str]:
    """The Parquet files of a mart among the paths of a release, in the order of its rows; none where it has none."""
    one, below = f"{PARQUET}/{mart}.parquet", f"{PARQUET}/{mart}/"
    found = [path for path in paths if path == one or path.startswith(below)]
    return sorted(found, key=lambda path: part_of(path) or "")


def csv_of(mart: str, paths: Iterable[str]) -> str | None:
    """The CSV file of a mart among the paths of a release, compressed or not."""
    one = f"{CSV}/{mart}.csv"
    return next((path for path in paths if path in (one, one + COMPRESSED)), None)
