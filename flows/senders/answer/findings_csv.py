"""Findings as CSV for a Dutch Excel: semicolons, a byte order mark, and no text that Excel would take for a formula."""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from flows import registry
from flows.senders.answer.told import place
from flows.senders.answer.verdict import Answer

HEADERS = (
    *("Regel", "Ernst", "Severity", "Blad", "Rij", "Cel", "Kolom", "Ontvangen", "Verwacht"),
    *("Bevinding", "Finding"),
)
_LIKE_A_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n\0]")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")


def findings_csv(answer: Answer) -> bytes:
    """One line per finding, gravest first; the header alone when there are none."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADERS)
    for finding in answer.findings:
        cells = (
            finding["rule_id"],
            *registry.severity_words()[finding["severity"]],
            finding["sheet"],
            _row(finding),
            place(finding),
            finding["column_name"],
            finding["received_value"],
            finding["expected"],
            finding["message_nl"],
            finding["message_en"],
        )
        writer.writerow([neutral("" if cell is None else str(cell)) for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _row(finding: Mapping[str, Any]) -> str:
    """The row of the file: in a sheet that lies on its side that of the cell, since a record is a column there."""
    found = re.search(r"\d+$", str(finding["cell"] or finding["row_number"] or ""))
    return found[0] if found else ""


def neutral(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula; numbers stay."""
    if _LIKE_A_FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
