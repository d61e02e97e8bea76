"""The returns of the demonstration, read back from the files and counted by hand.

Nothing here uses the model that made them: cells are read with openpyxl and csv, and every figure
is a straight count or sum over them.
"""

import csv
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from flows.demo import Night, write_returns
from flows.demo.plan import clusters

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
DATA_SHEETS = (
    *("Projecten", "Status", "Mijlpalen", "Financien"),  # in every workbook
    *("Indicatoren", "Overdrachten", "RRF", "Rekeningen"),
)
METINGEN = range(1, 8)
CENT = Decimal("0.01")
ENCODINGS = {"MOW": "utf-8-sig", "LV": "cp1252", "FB": "utf-8-sig"}

Row = dict[str, str | Decimal | date | None]


# --- reading the files ---------------------------------------------------------------------------


@dataclass
class File:
    """One delivered file: its rows by sheet."""

    night: int  # place in the order of receipt
    meting: int
    path: Path
    sheets: dict[str, list[Row]] = field(default_factory=dict)


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_workbook(path: Path) -> dict[str, list[Row]]:
    book = openpyxl.load_workbook(path, read_only=True)
    sheets: dict[str, list[Row]] = {}
    for page in book.worksheets:
        if page.title == "Toelichting":
            continue
        rows = page.iter_rows(values_only=True)
        headers = [str(header) for header in next(rows)]
        sheets[page.title] = [
            {header: cell_value(value) for header, value in zip(headers, row, strict=True)} for row in rows
        ]
    book.close()
    return sheets


def cell_value(value: object) -> str | Decimal | date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, int | float):
        return Decimal(repr(value))
    assert value is None or isinstance(value, str)
    return value


def csv_encoding(path: Path) -> str:
    return ENCODINGS[path.name.partition("_")[0]]


def csv_lines(path: Path) -> list[list[str]]:
    with path.open(encoding=csv_encoding(path), newline="") as lines:
        return list(csv.reader(lines, delimiter=";"))


def csv_sheet_name(headers: list[str]) -> str:
    by_layout = defaultdict(set)
    for column in seed("layouts/layout_column.csv"):
        if column["source_column"]:
            by_layout[column["layout_code"]].add(column["source_column"])
    names = {row["layout_code"]: row["sheet_name"] for row in seed("layouts/layout.csv")}
    (layout,) = [code for code, columns in by_layout.items() if set(headers) <= columns]
    return names[layout]


def csv_value(text: str) -> str | Decimal | date | None:
    if re.fullmatch(r"\d\d/\d\d/\d{4}", text):
        return datetime.strptime(text, "%d/%m/%Y").date()
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})*,\d\d", text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return text or None


def read_csv(path: Path) -> dict[str, list[Row]]:
    headers, *rows, end = csv_lines(path)
    assert end == ["EINDE", str(len(rows))]
    return {
        csv_sheet_name(headers): [
            {header: csv_value(text) for header, text in zip(headers, row, strict=True)} for row in rows
        ]
    }


@dataclass
class Returns:
    """All files of all nights, and the rows that hold in the end."""

    directory: Path
    nights: tuple[Night, ...]
    files: list[File]

    def file(self, name: str) -> File:
        (found,) = [file for file in self.files if file.path.name == name]
        return found

    def rows(self, sheet: str, meting: int, first_omg: bool = False) -> list[Row]:
        """Rows of a meting without the held file, and with the first or second OMG return of 2."""
        superseded = "OMG_return_m2_v2.xlsx" if first_omg else "OMG_return_m2.xlsx"
        return [
            row
            for file in self.files
            if file.meting == meting and file.path.name not in ("WVG_return_m3.xlsx", superseded)
            for row in file.sheets.get(sheet, [])
        ]

    def projects(self, meting: int, scope: str = "all") -> dict[str, Row]:
        keep: Callable[[Row], bool] = {
            "all": lambda row: True,
            "one_off": lambda row: row["Financiering"] == "Eenmalig",
            "rrf": lambda row: row["RRF"] == "ja",
        }[scope]
        return {str(row["Projectcode"]): row for row in self.rows("Projecten", meting) if keep(row)}

    def money(self, meting: int, execution: str = "Voorlopig", first_omg: bool = False) -> dict[str, Row]:
        """Rows of the one-off projects by project."""
        scope = self.projects(meting, "one_off")
        return {
            str(row["Projectcode"]): row
            for row in self.rows("Financien", meting, first_omg)
            if row["Uitvoering"] == execution and row["Projectcode"] in scope
        }

    def statuses(self, meting: int, scope: str = "all") -> dict[str, str]:
        projects = self.projects(meting, scope)
        return {
            str(row["Projectcode"]): code_of("project_status", row["Projectstatus"])
            for row in self.rows("Status", meting)
            if row["Projectcode"] in projects
        }

    def milestones(self, meting: int) -> dict[str, Row]:
        return {str(row["Mijlpaalcode"]): row for row in self.rows("Mijlpalen", meting)}

    def cutoff(self, meting: int) -> date:
        (row,) = [
            row
            for row in seed("plan/meetmoment.csv")
            if row["plan_code"] == "veerkracht" and row["meetmoment_number"] == str(meting)
        ]
        return date.fromisoformat(row["cutoff_date"])


def load(directory: Path, nights: Iterable[Night]) -> Returns:
    nights = tuple(nights)
    files = []
    for place, night in enumerate(nights):
        for delivery in night.deliveries:
            path = delivery.path
            read = read_workbook if path.suffix == ".xlsx" else read_csv
            meting = int(delivery.meetmoment_code.removeprefix("m"))
            files.append(File(place, meting, path, read(path)))
    return Returns(directory, nights, files)


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Returns:
    directory = tmp_path_factory.mktemp("demo")
    return load(directory, write_returns(directory))


_WORDS = {(row["code_list"], row["label_nl"]): row["code"] for row in seed("codes/code.csv")} | {
    (row["code_list"], row["synonym"]): row["code"] for row in seed("codes/code_synonym.csv")
}


def code_of(code_list: str, word: object) -> str:
    return _WORDS[code_list, str(word)]


def milestone_status(row: Row) -> str:
    return code_of("milestone_status", row["Mijlpaalstatus"])


def amount(row: Row, header: str) -> Decimal:
    value = row[header]
    assert isinstance(value, Decimal), row
    return value


def day(row: Row, header: str) -> date:
    value = row[header]
    assert isinstance(value, date), row
    return value


BUDGET, VAK, VEK = "Budget (EUR)", "Vastgelegd VAK (EUR)", "Vereffend VEK (EUR)"


def total(rows: dict[str, Row], header: str) -> Decimal:
    return sum((amount(row, header) for row in rows.values()), Decimal(0))


# --- published figures ---------------------------------------------------------------------------

INITIAL = Decimal("4303000000.00")
UNITS = {"EUR million": Decimal(10**6), "EUR billion": Decimal(10**9)}
GREEN = ("opgestart", "opgestart_na_agendering", "op_schema")


def count(statuses: dict[str, str], *codes: str) -> Decimal:
    return Decimal(sum(status in codes for status in statuses.values()))


def project_count(returns: Returns, meting: int, item: str, scope: str) -> Decimal:
    statuses = returns.statuses(meting, scope)
    if item == "on_schedule":
        return count(statuses, *GREEN)
    if item == "on_schedule_or_realised":
        return count(statuses, *GREEN, "gerealiseerd")
    if item == "other":
        return len(statuses) - count(statuses, *GREEN, "gerealiseerd")
    return count(statuses, item)


def recomputed(returns: Returns, figure: dict[str, str]) -> Decimal:
    """A published figure in its printed unit, counted from the files."""
    meting, measure, item = int(figure["meting"]), figure["measure"], figure["item"]
    scope, unit = figure["scope"], UNITS.get(figure["unit"], Decimal(1))
    if measure == "project_count":
        return project_count(returns, meting, item, scope)
    if measure == "project_share":
        statuses = returns.statuses(meting, scope)
        return 100 * count(statuses, *GREEN, "gerealiseerd") / len(statuses)
    if measure == "rrf_project_count":
        return Decimal(len(returns.projects(meting, "rrf")))
    if measure in ("milestone_count", "milestone_share"):
        found = Counter(milestone_status(row) for row in returns.milestones(meting).values())
        good = found["gerealiseerd"] + found["op_schema"]
        if measure == "milestone_share":
            return Decimal(100 * good) / (good + found["vertraging"])
        everything = good + found["vertraging"] + found["toekomst"]
        return Decimal({"total": everything, "on_schedule_or_realised": good}[item])
    header = VAK if measure.startswith("committed") else VEK
    now = total(returns.money(meting), header)
    if measure.endswith("_share"):
        return 100 * now / INITIAL
    if measure.endswith("_change"):
        return (now - total(returns.money(meting - 1), header)) / unit
    return now / unit


def figures() -> list[dict[str, str]]:
    path = SEEDS / "quality" / "published_figure.csv"
    if not path.exists():
        return []
    return [row for row in seed("quality/published_figure.csv") if row["plan_code"] == "veerkracht"]


def figure_name(figure: dict[str, str]) -> str:
    return f"m{figure['meting']}-{figure['measure']}-{figure['item']}"


@pytest.mark.skipif(not figures(), reason="seeds/quality/published_figure.csv is not there")
@pytest.mark.parametrize("figure", figures(), ids=figure_name)
def test_published_figure_is_reproduced(returns: Returns, figure: dict[str, str]) -> None:
    printed, precision = Decimal(figure["value"]), Decimal(figure["precision"])
    value = recomputed(returns, figure)
    if printed == Decimal("93.34"):  # printed as the sum of two rounded shares
        parts = [100 * Decimal(n) / 180 for n in (91, 77)]
        assert value == Decimal(100 * 168) / 180
        assert sum(part.quantize(CENT) for part in parts) == printed
    else:
        assert abs(value - printed) <= precision / 2


def test_definitive_money_stays_near_the_published(returns: Returns) -> None:
    """218.8 million is the Court of Audit's; the others print the same as the provisional ones."""
    totals = {m: total(returns.money(m, "Definitief"), VEK) for m in (3, 5, 6)}
    assert totals == {
        3: Decimal("218800000.00"),
        5: Decimal("1310400000.00"),
        6: Decimal("2163700000.00"),
    }
    for meting in (3, 5, 6):
        assert len(returns.money(meting, "Definitief")) == len(returns.projects(meting, "one_off"))


# --- the plan ------------------------------------------------------------------------------------


def test_scope_and_budgets(returns: Returns) -> None:
    assert [len(returns.projects(m)) for m in METINGEN] == [180, 180, 180, 180, 181, 181, 159]
    assert [len(returns.projects(m, "one_off")) for m in (1, 5, 7)] == [158, 159, 159]
    assert all(len(returns.projects(m, "rrf")) == 55 for m in METINGEN)
    for meting in METINGEN:
        one_off = returns.projects(meting, "one_off")
        assert total(one_off, "Initieel budget (EUR)") == INITIAL
        assert total(returns.money(meting), BUDGET) == INITIAL
        regular = [r for r in returns.projects(meting).values() if r["Financiering"] != "Eenmalig"]
        assert all(row["Cluster"] == "35" for row in regular)
        assert len(regular) == (0 if meting == 7 else 22)
    budgets: dict[str, Decimal] = defaultdict(Decimal)
    for row in returns.projects(1, "one_off").values():
        budgets[str(row["Speerpunt"])] += amount(row, "Initieel budget (EUR)") / 10**6
    assert [int(budgets[speerpunt]) for speerpunt in "123"] == [1275, 1460, 820]
    known = {"VV014": 150, "VV051": 35, "VV175": 525}
    for code, million in known.items():
        assert amount(returns.projects(1)[code], "Initieel budget (EUR)") == million * 10**6


def test_clusters(returns: Returns) -> None:
    registered = seed("plan/cluster.csv")
    assert [row["cluster_code"] for row in registered] == [str(n) for n in range(1, 37)]
    assert [(r["cluster_code"], r["speerpunt_code"], r["label_nl"]) for r in registered] == [
        (c.code, c.speerpunt, c.label_nl) for c in clusters()
    ]
    for meting in METINGEN:
        valid = {
            (row["cluster_code"], row["speerpunt_code"])
            for row in registered
            if int(row["valid_from_meetmoment"]) <= meting
        }
        used = {(row["Cluster"], row["Speerpunt"]) for row in returns.projects(meting).values()}
        assert used == valid - ({("35", "5")} if meting == 7 else set())


def test_realised_and_stopped_stay_so(returns: Returns) -> None:
    for earlier, later in zip(METINGEN, list(METINGEN)[1:], strict=False):
        before, after = returns.statuses(earlier), returns.statuses(later)
        for code, status in before.items():
            if status in ("gerealiseerd", "stopgezet") and code in after:
                assert after[code] == status
    last = returns.projects(7)
    sixth = {code: s for code, s in returns.statuses(6).items() if code in last}
    assert count(sixth, "gerealiseerd") == 28
    assert count(sixth, "stopgezet") == 2


def test_known_projects(returns: Returns) -> None:
    for meting, status, codes in (
        (1, "oranje", {"VV168"}),
        (4, "oranje", {"VV014", "VV056", "VV087", "VV120", "VV168"}),
        (4, "rood", {"VV078"}),
        (4, "gerealiseerd", {"VV139", "VV146"}),
    ):
        assert {c for c, s in returns.statuses(meting).items() if s == status} == codes
    assert returns.statuses(5)["VV044"] == "gerealiseerd"
    assert returns.statuses(4)["VV044"] != "gerealiseerd"


def test_status_codes_are_valid_and_agendered_projects_have_a_document(returns: Returns) -> None:
    codes = {r["code"]: r for r in seed("codes/code.csv") if r["code_list"] == "project_status"}
    form = re.compile(r"VR (\d{4}) (\d\d)(\d\d) VV DOC\.\d{4}/\d")
    for meting in METINGEN:
        for row in returns.rows("Status", meting):
            status = code_of("project_status", row["Projectstatus"])
            valid_from = int(codes[status]["valid_from_meetmoment"])
            valid_to = int(codes[status]["valid_to_meetmoment"] or 99)
            assert valid_from <= meting <= valid_to
            if status == "opgestart_na_agendering":
                match = form.fullmatch(str(row["VR-document"]))
                assert match
                year, d, m = (int(part) for part in match.groups())
                assert date(year, m, d) <= returns.cutoff(meting)


# --- money ---------------------------------------------------------------------------------------


def test_first_meting_has_money_on_few_projects(returns: Returns) -> None:
    rows = returns.money(1).values()
    assert sum(amount(row, VAK) > 0 for row in rows) == 23
    assert sum(amount(row, VEK) > 0 for row in rows) == 9


@pytest.mark.parametrize("first_omg", [False, True])
def test_money_of_every_project(returns: Returns, first_omg: bool) -> None:
    previous: dict[str, Row] = {}
    for meting in METINGEN:
        rows = returns.money(meting, first_omg=first_omg)
        assert len(rows) == len(returns.projects(meting, "one_off"))
        for code, row in rows.items():
            assert 0 <= amount(row, VEK) <= amount(row, VAK) <= amount(row, BUDGET)
            if code not in previous:
                continue
            assert amount(row, VEK) >= amount(previous[code], VEK)
            if amount(row, VAK) < amount(previous[code], VAK):
                assert meting == 7
                assert "geannuleerd" in str(row["Toelichting"])
        previous = rows
    for meting in (3, 5, 6):
        for row in returns.money(meting, "Definitief").values():
            assert 0 <= amount(row, VEK) <= amount(row, VAK) <= amount(row, BUDGET)


def test_regular_projects_report_or_say_not_applicable(returns: Returns) -> None:
    for meting in range(1, 7):
        one_off = returns.projects(meting, "one_off")
        rows = [
            row
            for row in returns.rows("Financien", meting)
            if row["Projectcode"] not in one_off and row["Uitvoering"] == "Voorlopig"
        ]
        silent = [row for row in rows if row[VAK] == "n.v.t."]
        assert len(rows) == 22
        assert 0 < len(silent) < 11
        assert all(row[VEK] == "n.v.t." and row["Toelichting"] for row in silent)
        for row in rows:
            if row not in silent:
                assert 0 <= amount(row, VEK) <= amount(row, VAK) <= amount(row, BUDGET)


def test_nothing_is_spent_before_a_project_starts(returns: Returns) -> None:
    for meting in METINGEN:
        rows = returns.money(meting)
        for code, status in returns.statuses(meting, "one_off").items():
            if status == "niet_gestart":
                assert amount(rows[code], VAK) == 0


def committed_share(returns: Returns, column: str) -> dict[str, Decimal]:
    """Committed at meting 3 as percent of the initial budget, one-off projects, by column."""
    part: dict[str, Decimal] = defaultdict(Decimal)
    whole: dict[str, Decimal] = defaultdict(Decimal)
    money = returns.money(3)
    for code, row in returns.projects(3, "one_off").items():
        part[str(row[column])] += amount(money[code], VAK)
        whole[str(row[column])] += amount(row, "Initieel budget (EUR)")
    return {key: 100 * part[key] / whole[key] for key in whole}


def test_committed_by_speerpunt_at_meting_3(returns: Returns) -> None:
    shares = committed_share(returns, "Speerpunt")
    assert all(shares[speerpunt] >= 38 for speerpunt in "124")
    assert all(shares[speerpunt] < 30 for speerpunt in "3567")


def test_committed_by_cluster_at_meting_3(returns: Returns) -> None:
    names = {row["cluster_code"]: row["label_nl"] for row in seed("plan/cluster.csv")}
    shares = {names[code]: share for code, share in committed_share(returns, "Cluster").items()}
    for name, whole_percent in (
        ("Vergroening weginfrastructuur", 82),
        ("Culturele infrastructuur", 69),
        ("Fietsinfrastructuur", 24),
        ("Blue deal", 24),
        ("Groene warmte", 23),
        ("Infrastructuurforfaits ziekenhuizen", 0),
        ("Congresinfrastructuur", 0),
    ):
        assert round(shares[name]) == whole_percent
    for name in (
        "Verkeersveilige weginfrastructuur",
        "Modal shift naar vervoer over het water",
        "Renovatie van gebouwen",
    ):
        assert shares[name] > 50


def test_transfer_sums_to_zero_and_moves_the_budgets(returns: Returns) -> None:
    assert all(not returns.rows("Overdrachten", m) for m in METINGEN if m != 5)
    moved = {str(r["Projectcode"]): amount(r, "Bedrag (EUR)") for r in returns.rows("Overdrachten", 5)}
    assert set(moved) == {"VV028", "VV033", "VV101", "VV181"}
    assert sum(moved.values()) == 0
    assert moved["VV181"] == 6_000_000
    projects, money = returns.projects(5, "one_off"), returns.money(5)
    for code, row in projects.items():
        initial = amount(row, "Initieel budget (EUR)")
        assert amount(money[code], BUDGET) - initial == moved.get(code, 0)


def test_accounts_equal_the_definitive_money_but_for_a_handful(returns: Returns) -> None:
    assert not any(returns.rows("Rekeningen", m) for m in (1, 2, 3, 5))
    for meting, closed in ((4, 3), (6, 5), (7, 6)):
        rows = returns.rows("Rekeningen", meting)
        definitive = {
            row["Projectcode"]: row for row in returns.rows("Financien", closed) if row["Uitvoering"] == "Definitief"
        }
        different = 0
        for row in rows:
            assert row["Afsluitdatum"] == returns.cutoff(closed)
            other = definitive[row["Projectcode"]]
            accounts = amount(row, "VAK rekening (EUR)"), amount(row, "VEK rekening (EUR)")
            different += accounts != (other[VAK], other[VEK])
        assert len(rows) >= 150
        assert 1 <= different <= 5


# --- milestones ----------------------------------------------------------------------------------


def test_milestone_counts(returns: Returns) -> None:
    sixth = Counter(milestone_status(row) for row in returns.milestones(6).values())
    assert sum(sixth.values()) - sixth["vervallen"] == 1753
    assert sixth["gerealiseerd"] + sixth["op_schema"] == 1483
    assert 24 <= sixth["vervallen"] <= 100
    fourth = Counter(milestone_status(row) for row in returns.milestones(4).values())
    good = fourth["gerealiseerd"] + fourth["op_schema"]
    assert round(100 * good / (good + fourth["vertraging"])) == 92
    for meting in METINGEN:
        numbers = Counter(row["Projectcode"] for row in returns.milestones(meting).values())
        assert set(numbers) == set(returns.projects(meting))
        assert all(3 <= number <= 16 for number in numbers.values())


def test_milestones_by_speerpunt_at_meting_3(returns: Returns) -> None:
    projects = returns.projects(3)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in returns.milestones(3).values():
        if milestone_status(row) != "vervallen":
            found[str(projects[str(row["Projectcode"])]["Speerpunt"])][milestone_status(row)] += 1

    def share(speerpunt: str, *statuses: str) -> float:
        return sum(found[speerpunt][s] for s in statuses) / sum(found[speerpunt].values())

    def ranked(*statuses: str) -> list[str]:
        return sorted(found, key=lambda speerpunt: -share(speerpunt, *statuses))

    started = ("gerealiseerd", "op_schema", "vertraging")
    assert sum(0.70 <= share(speerpunt, *started) <= 0.80 for speerpunt in found) >= 4
    assert ranked(*started)[-1] == "2"
    assert ranked("vertraging")[0] == "3"
    assert ranked("gerealiseerd")[0] == "5"
    assert "6" in ranked("gerealiseerd", "op_schema")[:3]


def test_milestones_are_stable(returns: Returns) -> None:
    """Delivered once is delivered for ever; text stays, a moved date is explained."""
    order = {"toekomst": 0, "op_schema": 1, "vertraging": 1, "gerealiseerd": 2, "vervallen": 3}
    moved = 0
    for meting in range(2, 8):
        before, now = returns.milestones(meting - 1), returns.milestones(meting)
        in_scope = returns.projects(meting)
        for code, old in before.items():
            if old["Projectcode"] not in in_scope:
                continue
            new = now[code]
            assert new["Omschrijving"] == old["Omschrijving"]
            assert order[milestone_status(new)] >= order[milestone_status(old)]
            if milestone_status(old) == "gerealiseerd":
                assert milestone_status(new) == "gerealiseerd"
                assert new["Werkelijke datum"] == old["Werkelijke datum"]
            if new["Geplande datum"] != old["Geplande datum"]:
                moved += 1
                assert day(new, "Geplande datum") > day(old, "Geplande datum")
                assert new["Toelichting"]
    assert moved > 100


def test_milestone_dates_agree_with_the_statuses(returns: Returns) -> None:
    for meting in METINGEN:
        cutoff = returns.cutoff(meting)
        rows = returns.milestones(meting)
        for code, row in rows.items():
            status, planned = milestone_status(row), day(row, "Geplande datum")
            assert re.fullmatch(r"VV\d{3}-M\d\d", code)
            assert code.startswith(str(row["Projectcode"]))
            assert len(str(row["Omschrijving"])) >= 20
            assert re.fullmatch(r"Afdeling \d, Departement .+", str(row["Verantwoordelijke"]))
            assert 2020 <= planned.year <= 2030
            if status == "gerealiseerd":
                assert day(row, "Werkelijke datum") <= cutoff
            else:
                assert row["Werkelijke datum"] is None
            if status == "op_schema":
                assert planned >= cutoff
            if status == "toekomst":
                assert planned > cutoff
            if status in ("vertraging", "vervallen"):
                assert row["Toelichting"]
            if row["Vervangen door"]:
                assert status == "vervallen"
                assert row["Vervangen door"] in rows


def test_realised_projects_have_no_open_milestone(returns: Returns) -> None:
    for meting in METINGEN:
        statuses = returns.statuses(meting)
        open_projects = {
            str(row["Projectcode"])
            for row in returns.milestones(meting).values()
            if milestone_status(row) not in ("gerealiseerd", "vervallen")
        }
        for code, status in statuses.items():
            assert (code in open_projects) == (status not in ("gerealiseerd", "stopgezet"))


# --- what else a return holds --------------------------------------------------------------------


def test_rrf_projects_have_a_valid_link(returns: Returns) -> None:
    assert not returns.rows("RRF", 1)
    for meting in range(2, 8):
        cutoff = returns.cutoff(meting)
        linked = set()
        keys = set()
        for row in returns.rows("RRF", meting):
            key = (row["Projectcode"], row["Maatregel"], row["Nummer M/T"])
            assert key not in keys
            keys.add(key)
            assert re.fullmatch(r"DEMO-.+", str(row["Maatregel"]))
            if day(row, "Geldig van") <= cutoff and (row["Geldig tot"] is None or day(row, "Geldig tot") >= cutoff):
                linked.add(row["Projectcode"])
        assert linked == set(returns.projects(meting, "rrf"))


def test_indicators(returns: Returns) -> None:
    words = {row["word"] for row in seed("layouts/layout_null_word.csv")}
    previous: dict[tuple[object, object], Decimal] = {}
    for meting in METINGEN:
        rows = returns.rows("Indicatoren", meting)
        assert len({row["Indicatorcode"] for row in rows}) == 12
        assert {"IND01", "IND02", "IND03", "IND04"} <= {str(row["Indicatorcode"]) for row in rows}
        for row in rows:
            key, actual = (row["Indicatorcode"], row["Gebied"]), row["Gerealiseerde waarde"]
            if isinstance(actual, Decimal):
                assert actual >= previous.get(key, Decimal(0))
                previous[key] = actual
            else:
                assert actual in words
                assert row["Toelichting"]


# --- the files -----------------------------------------------------------------------------------


def test_nights(returns: Returns) -> None:
    calendar = {row["meetmoment_code"]: row for row in seed("plan/meetmoment.csv") if row["plan_code"] == "veerkracht"}
    received = [night.received_at for night in returns.nights]
    assert len(returns.nights) == 8
    assert received == sorted(set(received))
    assert [night.expects for night in returns.nights].count("held") == 1
    assert returns.nights[2].expects == "held"
    for place, night in enumerate(returns.nights):
        meting = f"m{place + 1 if place < 3 else place}"
        opens, closes = (calendar[meting][k] for k in ("opens_on", "publication_on"))
        offset = night.received_at.utcoffset()
        assert offset is not None
        assert not offset
        assert f"{night.received_at:%H:%M}" == "01:17"
        assert opens <= f"{night.received_at:%Y-%m-%d}" <= closes
        assert meting in {delivery.meetmoment_code for delivery in night.deliveries}
        assert {delivery.plan_code for delivery in night.deliveries} == {"veerkracht"}
        assert night.title_nl
        assert night.title_en
    paths = [delivery.path for night in returns.nights for delivery in night.deliveries]
    assert len(paths) == len(set(paths)) == len({path.name for path in paths})
    assert set(paths) == {path for path in returns.directory.rglob("*") if path.is_file()}


def test_every_domain_delivers_in_its_own_form(returns: Returns) -> None:
    domains = {row["policy_domain_code"] for row in seed("plan/policy_domain.csv") if row["plan_code"] == "veerkracht"}
    for meting in METINGEN:
        assert {r["Beleidsdomein"] for r in returns.projects(meting).values()} == domains
    for file in returns.files:
        sender = file.path.name.partition("_")[0]
        is_csv = sender in ("MOW", "LV") or "definitief" in file.path.name
        assert file.path.suffix == (".csv" if is_csv else ".xlsx")
        for row in file.sheets.get("Projecten", []):
            assert row["Beleidsdomein"] == sender


def test_sheets_and_headers_are_those_of_the_layouts(returns: Returns) -> None:
    """Every header is known and every field is there, under one of the headers it has had."""
    fields: dict[str, dict[str, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    names = {row["layout_code"]: row["sheet_name"] for row in seed("layouts/layout.csv")}
    for column in seed("layouts/layout_column.csv"):
        name, header = names[column["layout_code"]], column["source_column"]
        if name in DATA_SHEETS and header:
            fields[name][header].add((column["instance"], column["field"]))
    for file in returns.files:
        for name, rows in file.sheets.items():
            assert name in DATA_SHEETS
            assert rows
            assert set(rows[0]) <= set(fields[name])
            assert set().union(*(fields[name][h] for h in rows[0])) == set().union(*fields[name].values())
        if file.path.suffix == ".xlsx":
            assert set(DATA_SHEETS[:4]) <= set(file.sheets)


def test_csv_form(returns: Returns) -> None:
    paths = [file.path for file in returns.files if file.path.suffix == ".csv"]
    assert len(paths) > 50
    accents = 0
    for path in paths:
        content = path.read_bytes()
        assert content.endswith(b"\r\n")
        assert content.count(b"\n") == content.count(b"\r\n")
        assert content.startswith(b"\xef\xbb\xbf") == (csv_encoding(path) == "utf-8-sig")
        accents += csv_encoding(path) == "cp1252" and max(content) > 127
    assert accents > 0


def test_workbooks_have_real_values_and_no_author(returns: Returns) -> None:
    path = returns.file("KBBJ_return_m5.xlsx").path
    book = openpyxl.load_workbook(path)
    notice = " ".join(str(cell.value) for cell in book["Toelichting"]["A"] if cell.value)
    assert "Demonstratie" in notice
    assert "Demonstration" in notice
    row = book["Projecten"][2]
    assert [row[place].data_type for place in (0, 2, 7, 9)] == ["s", "s", "n", "d"]
    with zipfile.ZipFile(path) as archive:
        core = archive.read("docProps/core.xml").decode()
    assert re.search(r"<dc:creator\s*/>|<dc:creator></dc:creator>", core)
    assert core.count("2020-10-15T00:00:00Z") == 2


def differences(first: File, second: File) -> list[tuple[str, str, object, object]]:
    """Cells in which two files differ: sheet, header, both values."""
    assert {n: len(r) for n, r in first.sheets.items()} == {n: len(r) for n, r in second.sheets.items()}
    return [
        (name, header, old[header], new[header])
        for name, rows in first.sheets.items()
        for old, new in zip(rows, second.sheets[name], strict=True)
        for header in old
        if old[header] != new[header]
    ]


def test_held_night_has_exactly_two_defects(returns: Returns) -> None:
    (delivery,) = returns.nights[2].deliveries
    assert delivery.path.name == "WVG_return_m3.xlsx"
    found = differences(returns.file("WVG_return_m3.xlsx"), returns.file("WVG_return_m3_v2.xlsx"))
    assert {(sheet, header, old) for sheet, header, old, _ in found} == {
        ("Financien", VAK, "nog te bepalen"),
        ("Mijlpalen", "Geplande datum", "31/06/2021"),
    }
    assert len(found) == 2
    right = {sheet: new for sheet, _, _, new in found}
    assert isinstance(right["Financien"], Decimal)
    assert isinstance(right["Mijlpalen"], date)
    every_cell: Iterator[object] = (
        value for file in returns.files for rows in file.sheets.values() for row in rows for value in row.values()
    )
    assert Counter(v for v in every_cell if v in ("nog te bepalen", "31/06/2021")).total() == 2


def test_resubmission_of_meting_2_keeps_totals_and_counts(returns: Returns) -> None:
    first, second = returns.file("OMG_return_m2.xlsx"), returns.file("OMG_return_m2_v2.xlsx")
    assert (first.night, second.night) == (1, 3)
    found = Counter((sheet, header) for sheet, header, _, _ in differences(first, second))
    assert found == {
        ("Financien", VEK): 2,
        ("Financien", "Toelichting"): 2,
        ("Mijlpalen", "Geplande datum"): 3,
        ("Mijlpalen", "Toelichting"): 3,
    }
    totals = [total(returns.money(2, first_omg=version), VEK) for version in (True, False)]
    assert totals[0] == totals[1]
    for row in first.sheets["Mijlpalen"]:
        if milestone_status(row) == "op_schema":
            assert day(row, "Geplande datum") >= returns.cutoff(2)


def hashes(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_another_process_writes_the_same_bytes(returns: Returns, tmp_path: Path) -> None:
    code = "import sys, pathlib; from flows.demo import write_returns;"
    code += "write_returns(pathlib.Path(sys.argv[1]))"
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=ROOT, env=environment)
    assert hashes(tmp_path) == hashes(returns.directory)
