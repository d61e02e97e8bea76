"""Facts of the demo plan, each removed or corrupted in a return that is sent again: each is named.

In the fast suite more than fifty of one ministry; in `make slow` hundreds, of more than sixty kinds, of several.

The returns of meting 5 are received; then two of them again and again, each time with some of the defects. A defect is
named when a finding stands on its cell or row, or when what changed lists its fact.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from replay import Received, replay

from demo.return_files import write_workbook
from demo.return_tables import DOMAINS, HEADERS, Cell, Row, Sheet, return_sheets
from flows import registry

FIRST_RECEIPT = datetime(2023, 1, 23, 1, tzinfo=UTC)
METING = 5
FEW = 3
ABSENT_PROJECT, ABSENT_CLUSTER = "VV999", "99"
# Another word of the same code list, or another code of the register, by header.
OTHER = {
    "Projectcode": (ABSENT_PROJECT,),
    "Speerpunt": ("1", "2"),
    "Cluster": (ABSENT_CLUSTER,),
    "Beleidsdomein": ("FB",),
    "Financiering": ("Eenmalig", "Regulier"),
    "RRF": ("ja", "nee"),
    "Projectstatus": ("Bijkomende actie nodig", "Gerealiseerd"),
    "Mijlpaalstatus": ("Vertraging", "Gerealiseerd"),
    "Uitvoering": ("Definitief",),
    "Eigen status": ("Niet gestart", "Voltooid"),
    "Beoordeelde status": ("Niet voldaan", "Voldaan"),
}
UNREADABLE = (
    ("Financien", "Vastgelegd VAK (EUR)", "nog te bepalen"),
    ("Mijlpalen", "Geplande datum", "31/06/2021"),
    ("Status", "Projectstatus", "bijna klaar"),
    ("Projecten", "Startdatum", "voorjaar"),
    ("RRF", "Geldig van", "2021"),
)
EMPTIED = (
    ("Projecten", "Titel"),
    ("Status", "Projectstatus"),
    ("Mijlpalen", "Omschrijving"),
    ("Financien", "Vereffend VEK (EUR)"),
    ("RRF", "Nummer M/T"),
)


@dataclass(frozen=True)
class Defect:
    """One fact made wrong: a row that is gone (no header), or another cell under a header."""

    domain: str
    sheet: str
    row: int
    """Place of the row in the sheet as first sent, from 0."""
    project: Cell
    decision: Cell
    """The decision whose transfer it is, of which the rows stand or fall together; of other rows none."""
    header: str | None
    cell: Cell = None
    is_accepted: bool = True
    """Whether the gate can read the cell; one that it cannot rejects the return."""

    @property
    def about(self) -> set[Cell]:
        """What no other defect beside it may be about."""
        return {self.project, self.decision} - {None}

    @property
    def title(self) -> str:
        return f"{self.domain} {self.sheet} {self.project} {self.header or 'row'} -> {self.cell}"


@dataclass(frozen=True)
class Sent:
    """A return that was sent again, with where each first row now stands."""

    received: Received
    defects: tuple[Defect, ...]
    row_numbers: dict[tuple[str, int], int]
    """(sheet, place as first sent) -> row in the file."""


def returns(domain: str) -> tuple[Sheet, ...]:
    """The return of a domain; that of FB holds the accounts too, which it sends a meting later."""
    sheets = return_sheets(domain, METING)
    if domain == "FB":
        sheets += tuple(sheet for sheet in return_sheets("FB", METING + 1) if sheet.name == "Rekeningen")
    return sheets


def chosen(domains: Sequence[str]) -> Iterator[Defect]:
    """Of each sheet one row to be removed, of each column one cell to be changed, and cells to be emptied or spoilt.

    A sheet of hardly any rows is let be: without most of them the whole return is refused (`test_rows_left_out`).
    """
    for sender, names in (*((domain, None) for domain in domains), ("FB", {"Rekeningen"})):
        for sheet in returns(sender):
            if (names is None or sheet.name in names) and len(sheet.rows) >= FEW:
                yield defect(sender, sheet, None, lambda row: True)
                for header in sheet.headers:
                    if any(row[sheet.column(header)] is not None for row in sheet.rows):
                        yield changed(sender, sheet, header)
    for domain in domains:
        sheets = {sheet.name: sheet for sheet in returns(domain)}
        for name, header in EMPTIED:
            yield filled(domain, sheets[name], header)
        for name, header, text in UNREADABLE:
            yield replace(defect(domain, sheets[name], header, lambda row: True), cell=text, is_accepted=False)


def defect(domain: str, sheet: Sheet, header: str | None, fits: Any) -> Defect:
    """A defect on a row that fits, another row for each header."""
    places = [place for place, row in enumerate(sheet.rows) if fits(row)]
    step = 0 if header is None else sheet.column(header) + 1
    place = places[step * 7 % len(places)]
    row = sheet.rows[place]
    return Defect(domain, sheet.name, place, project_of(sheet, row), decision_of(sheet, row), header)


def filled(domain: str, sheet: Sheet, header: str) -> Defect:
    """A defect on a cell that holds something; as it stands it empties the cell."""
    column = sheet.column(header)
    return defect(domain, sheet, header, lambda row: row[column] is not None)


def changed(domain: str, sheet: Sheet, header: str) -> Defect:
    found = filled(domain, sheet, header)
    return replace(found, cell=other(header, sheet.rows[found.row][sheet.column(header)]))


def other(header: str, cell: Cell) -> Cell:
    """Another value that the gate can read."""
    if header in OTHER:
        return next(word for word in OTHER[header] if word != cell)
    match cell:
        case Decimal():
            return cell + Decimal("0.01")
        case date():
            return cell + timedelta(days=1)
        case _:
            return f"{cell} X"


def project_of(sheet: Sheet, row: Row) -> Cell:
    return row[sheet.column("Projectcode")]


def decision_of(sheet: Sheet, row: Row) -> Cell:
    return row[sheet.column(HEADERS["Overdrachten"][0])] if sheet.name == "Overdrachten" else None


def in_groups(defects: list[Defect]) -> list[tuple[str, list[Defect]]]:
    """What is sent together: no two defects on one project or decision, in one return or in the next of its sender.

    So each defect stands beside the fact as first sent; a group may be empty, a return as first sent. What the gate
    cannot read comes last.
    """
    kinds: dict[tuple[bool, str], list[list[Defect]]] = {}
    for one in defects:
        groups = kinds.setdefault((not one.is_accepted, one.domain), [])
        place = next(
            (
                i
                for i in range(len(groups))
                if not any(one.about & o.about for g in groups[max(i - 1, 0) : i + 2] for o in g)
            ),
            None,
        )
        if place is None:
            groups += [[] for _ in range(2 if groups and any(one.about & o.about for o in groups[-1]) else 1)]
            place = len(groups) - 1
        groups[place].append(one)
    return [(kind[1], group) for kind in sorted(kinds) for group in kinds[kind]]


def spoil(sheets: tuple[Sheet, ...], defects: list[Defect]) -> tuple[tuple[Sheet, ...], dict[tuple[str, int], int]]:
    """The return with its defects, and where each first row now stands."""
    by_place = {(one.sheet, one.row): one for one in defects}
    spoilt, numbers = [], {}
    for sheet in sheets:
        rows = []
        for place, row in enumerate(sheet.rows):
            one = by_place.get((sheet.name, place))
            if one and one.header is None:
                continue
            if one and one.header:
                column = sheet.column(one.header)
                row = (*row[:column], one.cell, *row[column + 1 :])
            rows.append(row)
            numbers[(sheet.name, place)] = len(rows) + 1
        spoilt.append(Sheet(sheet.name, tuple(rows)))
    return tuple(spoilt), numbers


def send(folder: Path, domains: Sequence[str]) -> tuple[list[Received], list[Sent]]:
    """Write the returns as first sent and every return that was sent again."""
    first = []
    for domain in DOMAINS:
        path = folder / f"{domain}_return_m{METING}.xlsx"
        write_workbook(path, returns(domain))
        first.append(Received(path, "veerkracht", f"m{METING}", FIRST_RECEIPT))
    again = []
    for version, (domain, defects) in enumerate(in_groups(list(chosen(domains))), start=2):
        sheets, numbers = spoil(returns(domain), defects)
        path = folder / f"{domain}_return_m{METING}_v{version}.xlsx"
        # The order of the sheets means nothing, but no two files are the same.
        write_workbook(path, next(itertools.islice(itertools.permutations(sheets), version, None)))
        at = FIRST_RECEIPT + timedelta(days=version)
        again.append(Sent(Received(path, "veerkracht", f"m{METING}", at), tuple(defects), numbers))
    return first, again


@dataclass(frozen=True)
class Named:
    """What the software says of the returns: findings by place, changes by receipt."""

    findings: dict[tuple[str, str, int, str], str]
    """submission, sheet, row, column (empty for a finding on the row) -> severity."""
    changes: list[tuple[Any, ...]]
    """known_from, record, kind, project, field, and the submission, sheet and row that state it now."""

    def names(self, one: Defect, sent: Sent) -> bool:
        submission = sent.received.receipt.submission_id
        row_number = sent.row_numbers.get((one.sheet, one.row))
        if row_number and (submission, one.sheet, row_number, one.header or "") in self.findings:
            return True
        at = sent.received.at.replace(tzinfo=None)
        fields, records = mapped(one)
        for known_from, record, kind, of_project, field, new_submission, sheet, row in self.changes:
            if (known_from, of_project) != (at, one.project) or record not in records:
                continue
            if kind == "dropped" and (one.header is None or fields & key_fields(record)):
                return True
            if one.header and (new_submission, sheet, row) == (submission, one.sheet, row_number) and field in fields:
                return True
        return False


def mapped(one: Defect) -> tuple[set[str], set[str]]:
    """The fields that the header feeds and the records that the sheet feeds, by the registry."""
    layouts = {row["layout_code"] for row in registry.rows("layouts/layout") if row["sheet_name"] == one.sheet}
    columns = [row for row in registry.rows("layouts/layout_column") if row["layout_code"] in layouts]
    fields = {row["field"] for row in columns if row["source_column"] == one.header}
    return fields, {row["record"] for row in columns if row["record"]}


def key_fields(record: str) -> set[str]:
    rows = registry.rows("contract/record_field")
    return {row["field"] for row in rows if row["record"] == record and row["is_key"] == "true"}


@dataclass(frozen=True)
class Seeded:
    """What was sent, and what was said of it."""

    first: list[Received]
    again: list[Sent]
    named: Named

    @property
    def defects(self) -> list[tuple[Defect, Sent]]:
        return [(one, sent) for sent in self.again for one in sent.defects]

    @property
    def kinds(self) -> set[tuple[str, str | None, bool, bool]]:
        """Of which sheet and column, and whether something else is written, nothing, or what nobody can read."""
        return {(one.sheet, one.header, one.cell is None, one.is_accepted) for one, _ in self.defects}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((("KBBJ",), 50, 50), id="one ministry"),
        pytest.param((("KBBJ", "EWI", "WVG", "MOW"), 200, 60), id="four", marks=pytest.mark.slow),
    ],
)
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    domains, defects, kinds = request.param
    folder = tmp_path_factory.mktemp("defects")
    first, again = send(folder, domains)
    warehouse = replay(folder, first + [sent.received for sent in again], ["what_changed", "fct_finding"])
    with duckdb.connect(str(warehouse), read_only=True) as con:
        findings = con.sql(
            "select submission_id, sheet, row_number, coalesce(column_name, ''), severity from marts.fct_finding"
            " where severity in ('critical', 'error', 'warning')"
        ).fetchall()
        changes = con.sql(
            "select known_from, record, kind, project_code, field, submission_id, sheet, row_number"
            " from marts.what_changed where comparison = 'restatement'"
        ).fetchall()
    found = Seeded(first, again, Named({tuple(place): severity for *place, severity in findings}, changes))
    assert len(found.defects) >= defects and len(found.kinds) >= kinds
    return found


def test_each_defect_is_named(seeded: Seeded) -> None:
    assert [one.title for one, sent in seeded.defects if not seeded.named.names(one, sent)] == []


def test_a_clean_return_has_no_error(seeded: Seeded) -> None:
    clean = {received.receipt.submission_id for received in seeded.first}
    found = {place: severity for place, severity in seeded.named.findings.items() if place[0] in clean}
    assert {place for place, severity in found.items() if severity != "warning"} == set()


def test_every_record_of_the_contract_is_among_the_defects(seeded: Seeded) -> None:
    touched = {record for one, _ in seeded.defects for record in mapped(one)[1]}
    assert touched == {row["record"] for row in registry.rows("contract/record")} - {"indicator"}


def test_nothing_is_named_that_was_not_changed(seeded: Seeded) -> None:
    again, named = seeded.again, seeded.named
    for sent in again:
        around = {one.project for one in sent.defects}
        before = [earlier for earlier in again if earlier.received.at < sent.received.at]
        around |= {one.project for earlier in before for one in earlier.defects}
        at = sent.received.at.replace(tzinfo=None)
        listed = {change[3] for change in named.changes if change[0] == at} - {ABSENT_PROJECT}
        assert listed <= around
