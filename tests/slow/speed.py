"""How fast the child reads, and in how much memory: a million CSV rows and a hundred thousand XLSX rows."""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

from flows.intake.reading import Job, parse_all
from flows.settings import Settings

HEADER = ["Projectcode", "Uitvoering", "Budget (EUR)", "Vastgelegd VAK (EUR)", "Vereffend VEK (EUR)", "Toelichting"]
GOALS = {"csv": 1_000_000, "xlsx": 100_000}
"""Rows that must be read in a minute."""
MEMORY_MB = 1024


def row(number: int) -> list[str]:
    return [f"VV{number:07}", "voorlopig", f"{number},50", f"{number / 4:.2f}".replace(".", ","), "0,00", "toe"]


def write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(";".join(HEADER) + "\r\n")
        file.writelines(";".join(row(number)) + "\r\n" for number in range(count))
        file.write(f"EINDE;{count}\r\n")


def write_xlsx(path: Path, count: int) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Financien")
        for column, header in enumerate(HEADER):
            sheet.write_string(0, column, header)
        for number in range(1, count + 1):
            for column, cell in enumerate(row(number)):
                if column in (2, 3, 4):
                    sheet.write_number(number, column, float(cell.replace(",", ".")))
                else:
                    sheet.write_string(number, column, cell)


def main() -> int:
    """Measure both forms; exit 1 where a goal is missed."""
    missed = 0
    computed = 0.0
    limits = Settings(max_file_mb=200, max_inflated_mb=400)
    for form, write in (("csv", write_csv), ("xlsx", write_xlsx)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / form
            write(path, GOALS[form])
            target = Path(folder) / "out"
            began = time.perf_counter()
            parse_all([Job(path, "veerkracht", target)], limits)
            seconds = time.perf_counter() - began
            parsed = json.loads((target / "parsed.json").read_text(encoding="utf-8"))
            assert parsed["sheets"][0]["row_count"] == GOALS[form], parsed["refusals"]
            size = path.stat().st_size / 1024**2
        # Children one after the other: the peak is that of the largest so far.
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        memory, computing = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime - computed
        computed += computing
        speed = GOALS[form] / seconds * 60
        print(
            f"{form}: {GOALS[form]:,} rows, {size:.0f} MB: {seconds:.1f} s ({computing:.1f} s computing), "
            f"{speed:,.0f} rows/min, {memory:.0f} MB"
        )
        missed += speed < GOALS[form] or memory > MEMORY_MB
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
