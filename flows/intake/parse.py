"""From bytes to text rows: what a file says, cell by cell, with nothing interpreted.

Runs in the limited child process only (`flows.intake.reading`). Everything is read as text; a cell that the file itself
holds as a number, date or boolean keeps that as its kind, so that no locale is ever applied to it.
"""

import errno
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from flows.intake import sandbox, stated
from flows.intake.archive import write_whole
from flows.intake.container import read_packed
from flows.intake.csv_return import CSV_SHEET, read_csv
from flows.intake.excel_return import read_workbook
from flows.intake.file_form import form_of
from flows.intake.fit import Refusal
from flows.intake.json_return import read_json
from flows.intake.sheets import ROW_SCHEMA, Intake, Parsed, Refused, Sheet, over_limit
from flows.personal_data import kinds_in, named
from flows.registry import Layout

if TYPE_CHECKING:
    from flows.settings import Settings

__all__ = ["CSV_SHEET", "ROWS", "ROW_SCHEMA", "Parsed", "Sheet", "parse_file"]

ROWS = "rows.parquet"
"""The file that holds the rows of a return as text."""
_OF_CONTENT = (ValueError, ArithmeticError, RecursionError)
"""What readers raise of a value that is none, of a text in no encoding, or of things within things without end (and a
bare LookupError of an encoding that nobody knows): that is the file's doing. Any other error is one of the code."""


def parse_file(path: Path, layouts: Sequence[Layout], target: Path, limits: "Settings") -> Parsed:
    """Read one file into ``target/rows.parquet`` and ``target/parsed.json``.

    Args:
        path: the bytes as kept in the archive; their form is told by the first bytes, not by a name.
        layouts: the layouts of the plan.
        target: an existing empty folder.
        limits: size, ratio and count limits.
    """
    parsed = Parsed()
    rows = target / ROWS
    try:
        with pq.ParquetWriter(rows, ROW_SCHEMA, compression="zstd") as writer:
            size = path.stat().st_size
            if size > limits.max_file_mb * 1024**2:
                raise over_limit(f"{size / 1024**2:.0f} MB", f"{limits.max_file_mb} MB")
            _read(path.read_bytes(), "", Intake(layouts, limits, writer, parsed))
    except Refused as refused:
        parsed.refusals.append(refused.refusal)
    except MemoryError:
        if not sandbox.memory_was_there(limits):
            raise
        parsed = Parsed(refusals=[over_limit("geheugen (memory)", f"{limits.parse_memory_mb} MB").refusal])
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        rows.unlink()
        parsed = Parsed(refusals=[over_limit(rows.name, f"{limits.max_output_mb} MB").refusal])
    except Exception as error:
        if not isinstance(error, _OF_CONTENT) and type(error) is not LookupError:
            raise
        parsed = Parsed(refusals=[Refusal("F01", value=f"{type(error).__name__}: {error}"[:200])])
    if kinds := _personal_names(parsed):
        parsed = Parsed(refusals=[Refusal("F26", value=named(kinds))])
    write_parsed(target, parsed)
    return parsed


def _personal_names(parsed: Parsed) -> list[str]:
    """The kinds of personal data in the names of sheets and packed files: these are published with every row."""
    names = {sheet.sheet for sheet in parsed.sheets} | {refusal.sheet or "" for refusal in parsed.refusals}
    return list(dict.fromkeys(kind for name in sorted(names) for kind in kinds_in(name)))


def write_parsed(target: Path, parsed: Parsed) -> None:
    """Write ``parsed.json``, which says that a file is read."""
    # Half of a character that a file holds is in no encoding.
    write_whole(target / "parsed.json", json.dumps(asdict(parsed), ensure_ascii=False).encode(errors="replace"))


def _read(content: bytes, member: str, intake: Intake) -> None:
    """Read a file, or a member of a container under its name there."""
    match form_of(content):
        case "workbook":
            read_workbook(content, member, intake)
            intake.parsed.meetmomenten += stated.in_workbook(content)
        case "json":
            read_json(content, member, intake)
        case "csv":
            read_csv(content, member or CSV_SHEET, intake)
        case "zip" if member:
            raise Refused(Refusal("F07", value="zip in zip"))
        case "zip":  # pragma: no branch - form_of knows no other form
            read_packed(content, intake, _read)
