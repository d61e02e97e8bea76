"""The registry as Python needs it: plans, meetmomenten, layouts and rules out of ``seeds/``."""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.project import PROJECT

SEEDS = PROJECT / "seeds"
CALENDAR = "seeds/plan/meetmoment.csv"
"""The file of the calendar, as who is to correct it is told."""
FILE_NAME = "@file_name"
"""Source column of a value that the name of the file holds."""
PATTERN = "re:"
"""What a source column starts with that is a pattern: any header that matches the rest as a whole."""
SEVERITIES = ("critical", "error", "warning", "info")
"""What a finding means for its submission, the gravest first."""


@dataclass(frozen=True)
class Layout:
    """What a sheet or CSV file must look like to be read as one kind of return."""

    code: str
    plan_code: str
    sheet_name: str
    delimiter: str
    fallback_encoding: str
    header_row: int
    end_marker: str
    fields: tuple[tuple[str, ...], ...]
    """One entry per needed column: its alternative headers, of which exactly one must be there."""
    ignored_headers: tuple[str, ...]
    """Headers that may be there and are read past."""
    optional_fields: tuple[tuple[str, ...], ...] = ()
    """One entry per column that some versions of the source lack: of its alternatives at most one may be there."""
    is_transposed: bool = False
    """Whether the headers stand in the first column, and each further column is a record."""
    valid_from: str = ""
    valid_to: str = ""
    """First and last cut-off day of the meetmomenten whose files may have it; empty where there is none."""

    @property
    def is_information(self) -> bool:
        """A sheet for people, such as an explanation: known by its name, carrying no data."""
        return not self.fields


@dataclass(frozen=True)
class Rule:
    """One row of the rule catalogue."""

    rule_id: str
    gate: str
    severity: str
    message_nl: str
    message_en: str
    expected_nl: str
    expected_en: str


def rows(seed: str) -> Iterator[dict[str, str]]:
    """The rows of a seed, e.g. ``plan/meetmoment``, as text.

    A row of another width than the header is none: it is of a plan that is stopped for it, and says nothing to others.
    """
    path = SEEDS / f"{seed}.csv"
    written = path.stat()
    return map(dict, _rows(path, written.st_mtime_ns, written.st_size))


@lru_cache(maxsize=128)
def _rows(path: Path, *_written: int) -> tuple[dict[str, str], ...]:
    """The rows of a file as it was written last: some are asked thousands of times in a night."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(row for row in csv.DictReader(file) if None not in row and None not in row.values())


@cache
def plan_codes() -> tuple[str, ...]:
    """The plans there are."""
    return tuple(row["plan_code"] for row in rows("plan/plan"))


@cache
def meetmomenten() -> dict[tuple[str, str], dict[str, str]]:
    """(plan_code, meetmoment_code) -> calendar row with its number, in the order of the cut-off days."""
    ordered = sorted(rows("plan/meetmoment"), key=lambda row: (row["plan_code"], row["cutoff_date"]))
    count: Counter[str] = Counter()
    for row in ordered:
        count[row["plan_code"]] += 1
        row["meetmoment_number"] = str(count[row["plan_code"]])
    return {(row["plan_code"], row["meetmoment_code"]): row for row in ordered}


TIME_ZONE = ZoneInfo("Europe/Brussels")
"""Where the house is, and a plan that names no time zone of its own."""


def clock(moment: datetime) -> str:
    """A moment as the clock stood where the house is: ``20/01/2025 02:17``."""
    return moment.astimezone(TIME_ZONE).strftime("%d/%m/%Y %H:%M")


def local_day(plan_code: str, moment: datetime) -> date:
    """The day on which a moment falls where the plan is, as the macro of this name has it."""
    return moment.astimezone(_time_zone(plan_code)).date()


@cache
def _time_zone(plan_code: str) -> ZoneInfo:
    name = next(row["time_zone"] for row in rows("plan/plan") if row["plan_code"] == plan_code)
    return ZoneInfo(name) if name else TIME_ZONE


def cutoff_date(plan_code: str, meetmoment_code: str) -> str:
    """The cut-off day of a meetmoment; empty where the calendar does not have it."""
    return meetmomenten().get((plan_code, meetmoment_code), {}).get("cutoff_date", "")


@cache
def layouts(plan_code: str, day: str = "") -> tuple[Layout, ...]:
    """The layouts of a plan: those that hold on the cut-off day of a meetmoment, or all."""
    return tuple(x for x in _layouts(plan_code) if not day or x.valid_from <= day <= (x.valid_to or day))


def _layouts(plan_code: str) -> tuple[Layout, ...]:
    columns: dict[str, dict[tuple[str, str, str, str], list[str]]] = {}
    ignored: dict[str, list[str]] = {}
    optional: set[tuple[str, tuple[str, str, str, str]]] = set()
    for row in rows("layouts/layout_column"):
        if not row["source_column"] or row["source_column"] == FILE_NAME:
            continue
        if not row["record"]:
            ignored.setdefault(row["layout_code"], []).append(row["source_column"])
            continue
        place = (row["record"], row["instance"], row["field"], row["part"])
        columns.setdefault(row["layout_code"], {}).setdefault(place, []).append(row["source_column"])
        if row["is_optional"] == "true":
            optional.add((row["layout_code"], place))

    def headers(code: str, *, are_optional: bool) -> tuple[tuple[str, ...], ...]:
        places = columns.get(code, {}).items()
        return tuple(sorted({tuple(names) for place, names in places if ((code, place) in optional) == are_optional}))

    return tuple(
        Layout(
            code=row["layout_code"],
            plan_code=row["plan_code"],
            sheet_name=row["sheet_name"],
            delimiter="\t" if row["delimiter"] == "tab" else row["delimiter"],
            fallback_encoding=row["fallback_encoding"],
            header_row=int(row["header_row"] or 1),
            end_marker=row["end_marker"],
            fields=headers(row["layout_code"], are_optional=False),
            ignored_headers=tuple(ignored.get(row["layout_code"], [])),
            optional_fields=headers(row["layout_code"], are_optional=True),
            is_transposed=row["is_transposed"] == "true",
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
        )
        for row in rows("layouts/layout")
        if row["plan_code"] == plan_code
    )


@cache
def key_headers(layout_code: str) -> frozenset[str]:
    """Headers, or patterns of them, of the layout's columns that hold a key of some record."""
    keys = {(row["record"], row["field"]) for row in rows("contract/record_field") if row["is_key"] == "true"}
    return _headers(layout_code, keys)


@cache
def code_headers(layout_code: str) -> frozenset[str]:
    """Headers, or patterns of them, of the layout's columns that hold a code of something, such as a milestone."""
    codes = {(row["record"], row["field"]) for row in rows("contract/record_field") if row["type"] == "code"}
    return _headers(layout_code, codes)


@cache
def used_headers(layout_code: str) -> frozenset[str]:
    """Headers, or patterns of them, of the layout's columns that something is read from."""
    return frozenset(
        row["source_column"]
        for row in rows("layouts/layout_column")
        if row["layout_code"] == layout_code and row["source_column"] and row["record"]
    )


def _headers(layout_code: str, fields: Set[tuple[str, str]]) -> frozenset[str]:
    """Headers of the layout's columns that one of these (record, field) is read from."""
    return frozenset(
        row["source_column"]
        for row in rows("layouts/layout_column")
        if row["layout_code"] == layout_code and row["source_column"] and (row["record"], row["field"]) in fields
    )


def returned_codes(code_lists: Collection[str], cutoff_date: str) -> list[dict[str, str]]:
    """The rows of code lists that a return may say at a cut-off day, in the order in which they are shown."""
    found = (
        row
        for row in rows("codes/code")
        if row["code_list"] in code_lists
        and row["valid_from"] <= cutoff_date <= (row["valid_to"] or cutoff_date)
        and row["is_computed"] != "true"
    )
    return sorted(found, key=lambda row: int(row["sort_order"]))


@cache
def rules() -> dict[str, Rule]:
    """The rule catalogue by rule id."""
    names = Rule.__dataclass_fields__
    return {row["rule_id"]: Rule(**{name: row[name] for name in names}) for row in rows("quality/rule")}


@cache
def severity_words() -> dict[str, tuple[str, str]]:
    """What a severity means in Dutch and in English, as it stands within a sentence."""
    listed = [row for row in rows("codes/code") if row["code_list"] == "severity"]
    return {
        row["code"]: (
            row["label_nl"][:1].lower() + row["label_nl"][1:],
            row["label_en"][:1].lower() + row["label_en"][1:],
        )
        for row in listed
    }


@cache
def own_severities() -> dict[tuple[str, str], str]:
    """(plan_code, rule_id) -> severity, where a plan gives a rule another one than the catalogue."""
    return {(row["plan_code"], row["rule_id"]): row["severity"] for row in rows("quality/rule_severity")}


def checksum() -> str:
    """sha256 over all seeds: which registry a release stands on."""
    digest = hashlib.sha256()
    for path in sorted(SEEDS.rglob("*.csv")):
        digest.update(path.relative_to(SEEDS).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


_CODE = {".py", ".sql", ".yml", ".json", ".md"}


def code_checksum() -> str:
    """sha256 over all that makes a release but the registry's rows: which code it is."""
    digest = hashlib.sha256()
    for path in _code_paths():
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def code_files() -> dict[str, str]:
    """Path -> the beginning of its sha256, of each file of the code: so that two releases tell what of it changed."""
    return {
        path.relative_to(PROJECT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in _code_paths()
    }


def _code_paths() -> Iterator[Path]:
    rooms = ("models", "macros", "expectations", "seeds", "tests/generic", "tests/singular", "site", "reports", "flows")
    for room in rooms:
        for path in sorted((PROJECT / room).rglob("*")):
            if path.suffix in _CODE or (room in {"site", "reports"} and path.is_file()):
                yield path
    for page in sorted((PROJECT / "site").glob("*/page.yml")):
        for document in re.findall(r"(?m)^document: (\S+)$", page.read_text(encoding="utf-8")):
            yield PROJECT / document
