"""Every slip in the registry is named by file, line and column: each kind of it in every seed, many at once."""

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows import registry
from flows.settings import PROJECT, Settings
from flows.warehouse import registry_rows
from flows.warehouse.registry_contract import Seed

DECLARED = {seed.name: seed for seed in registry_rows.declared()}
Lines = list[str]


@pytest.fixture
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the registry in its place."""
    copy = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", copy)
    monkeypatch.setattr(registry, "SEEDS", copy)
    return copy


@dataclass(frozen=True)
class Slip:
    """A slip in one seed, and where it must be named; the line alone where the column cannot be told for sure."""

    seed: str
    content: bytes
    line: int
    column: str = ""
    says: str = ""


def with_rows() -> list[Seed]:
    """The seeds that hold something; a slip in a row needs a row."""
    return [seed for seed in DECLARED.values() if len(lines_of(seed)) > 1]


def lines_of(seed: Seed) -> Lines:
    return seed.path.read_text(encoding="utf-8").splitlines()


def cells_of(line: str) -> list[str]:
    return next(csv.reader([line]))


def joined(cells: list[str], delimiter: str = ",") -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="").writerow(cells)
    return written.getvalue()


def text(lines: Lines) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def told(seeds: Path) -> list[str]:
    of_all, of_plan = registry_rows.broken(Settings(home=seeds.parent, cache=seeds.parent / "cache"))
    return [*of_all, *(fault for found in of_plan.values() for fault in found)]


def lines_named(fault: str) -> set[int]:
    """The lines that a fault is on: the first, and the others that it names."""
    first = re.match(r"\S+ line (\d+), ", fault)
    others = re.search(r"\(also on line ([\d, ]+)", fault)
    assert first
    return {int(first[1]), *(int(number) for number in re.findall(r"\d+", others[1] if others else ""))}


def assert_named(seeds: Path, slips: list[Slip]) -> None:
    """Put all the slips into the registry at once; each is named."""
    for slip in slips:
        seed = DECLARED[slip.seed]
        (seeds / seed.path.relative_to(PROJECT / "seeds")).write_bytes(slip.content)
    faults = told(seeds)
    unnamed = []
    for slip in slips:
        told_of = [fault for fault in faults if fault.startswith(f"{DECLARED[slip.seed].told} line ")]
        if not any(slip.line in lines_named(fault) and f", column {slip.column}" in fault and slip.says in fault
                   for fault in told_of):  # fmt: skip
            unnamed.append(
                f"{DECLARED[slip.seed].told} line {slip.line}, column {slip.column}: {slip.says}; {told_of[:3]}"
            )
    assert not unnamed, "\n".join(unnamed)


# Slips of form: one in every seed.


def in_every_seed(slip: Callable[[Seed, Lines], Slip | None]) -> list[Slip]:
    return [made for seed in with_rows() if (made := slip(seed, lines_of(seed)))]


def a_comma_too_few(seed: Seed, lines: Lines) -> Slip:
    cells = cells_of(lines[-1])
    merged = [cells[0] + cells[1], *cells[2:]]
    return Slip(seed.name, text([*lines[:-1], joined(merged)]), len(lines), says="1 comma too few")


def a_comma_too_many(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text([*lines[:-1], lines[-1] + ",x"]), len(lines), says="1 comma too many")


def semicolons(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text([joined(cells_of(line), ";") for line in lines]), 1, next(iter(seed.types)), "';'")


def semicolons_on_one_line(seed: Seed, lines: Lines) -> Slip:
    line = joined(cells_of(lines[-1]), ";")
    return Slip(seed.name, text([*lines[:-1], line]), len(lines), says="separated by ';'")


def windows_bytes(seed: Seed, lines: Lines) -> Slip:
    cells = cells_of(lines[-1])
    content = text([*lines[:-1], joined([*cells[:-1], "België"])]).replace("België".encode(), "België".encode("cp1252"))
    return Slip(seed.name, content, len(lines), list(seed.types)[-1], "Windows-1252 'België'")


def a_byte_order_mark(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, b"\xef\xbb\xbf" + text(lines), 1, next(iter(seed.types)), "byte order mark")


def carriage_returns(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text(lines).replace(b"\n", b"\r\n"), 1, list(seed.types)[-1], "CR LF")


def utf_16(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text(lines).decode().encode("utf-16"), 1, next(iter(seed.types)), "UTF-16")


def a_remark(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text([*lines, "# " + lines[-1]]), len(lines) + 1, next(iter(seed.types)), "begins with #")


def an_empty_line(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text([lines[0], "", *lines[1:]]), 2, next(iter(seed.types)), "empty line")


def an_open_quote(seed: Seed, lines: Lines) -> Slip:
    cells = cells_of(lines[1])
    line = joined(cells[:-1]) + ',"' + cells[-1]
    return Slip(seed.name, text([lines[0], line, *lines[2:]]), 2, list(seed.types)[-1], "a quote is not closed")


def a_space_at_the_end(seed: Seed, lines: Lines) -> Slip:
    cells = cells_of(lines[1])
    return Slip(
        seed.name, text([lines[0], joined([cells[0] or "x", *cells[1:-1], "x "]), *lines[2:]]), 2,
        list(seed.types)[-1], "begins or ends with a space",
    )  # fmt: skip


def a_character_nobody_sees(seed: Seed, lines: Lines) -> Slip:
    cells = cells_of(lines[1])
    line = joined([f"{cells[0]}\u200b", *cells[1:]])
    return Slip(seed.name, text([lines[0], line, *lines[2:]]), 2, next(iter(seed.types)), "ZERO WIDTH SPACE")


def a_misspelt_header(seed: Seed, lines: Lines) -> Slip:
    cells = cells_of(lines[0])
    return Slip(
        seed.name, text([joined([cells[0] + "s", *cells[1:]]), *lines[1:]]), 1, cells[0] + "s", "no such column"
    )


def a_header_in_capitals(seed: Seed, lines: Lines) -> Slip:
    cells = cells_of(lines[0])
    line = joined([*cells[:-1], cells[-1].upper()])
    return Slip(seed.name, text([line, *lines[1:]]), 1, cells[-1].upper(), f"is '{cells[-1]}' meant?")


def swapped_headers(seed: Seed, lines: Lines) -> Slip:
    cells = cells_of(lines[0])
    line = joined([cells[1], cells[0], *cells[2:]])
    return Slip(seed.name, text([line, *lines[1:]]), 1, cells[1], f"stands where '{cells[0]}' belongs")


def no_headers(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text(lines[1:]), 1, next(iter(seed.types)), "the headers are missing")


def a_column_less(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text([joined(cells_of(line)[:-1]) for line in lines]), 1, list(seed.types)[-1], "missing")


def nothing_at_all(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, b"", 1, next(iter(seed.types)), "there is nothing in the file")


def a_row_twice(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text([*lines, lines[1]]), len(lines) + 1, says="stands on line 2 too")


FORM_SLIPS = (
    a_comma_too_few, a_comma_too_many, semicolons, semicolons_on_one_line, windows_bytes, a_byte_order_mark,
    carriage_returns, utf_16, a_remark, an_empty_line, an_open_quote, a_space_at_the_end, a_character_nobody_sees,
    a_misspelt_header, a_header_in_capitals, swapped_headers, no_headers, a_column_less, nothing_at_all, a_row_twice,
)  # fmt: skip


@pytest.mark.parametrize("kind", FORM_SLIPS, ids=lambda kind: kind.__name__)
def test_a_slip_of_form_is_named_in_every_seed(kind: Callable[[Seed, Lines], Slip], seeds: Path) -> None:
    slips = in_every_seed(kind)
    assert len(slips) == len(with_rows())
    assert_named(seeds, slips)


# Slips in a cell: one in every column that promises the like, as many at once as there are seeds.


def other_case(value: str) -> str:
    return value.swapcase()


VALUE_SLIPS: dict[str, tuple[Callable[[Seed, str], bool], Callable[[str], str]]] = {
    "an unknown code": (lambda seed, column: "references" in seed.of_column[column], lambda value: value + "zz"),
    "a code in other letters": (
        lambda seed, column: "references" in seed.of_column[column] and seed.types[column] == "varchar", other_case
    ),
    "a word that is none of those": (
        lambda seed, column: "values" in seed.of_column[column], lambda value: value + "zz"
    ),
    "another form": (lambda seed, column: "pattern" in seed.of_column[column], lambda value: "\u00e9 a;!"),
    "nothing": (lambda seed, column: bool(seed.of_column[column].get("filled")), lambda value: ""),
    "a Dutch date": (lambda seed, column: seed.types[column] == "date", lambda value: "31/12/2025"),
    "a day that is none": (lambda seed, column: seed.types[column] == "date", lambda value: "2025-02-30"),
    "a decimal comma": (
        lambda seed, column: seed.types[column] not in ("date", "varchar", "boolean"), lambda value: "1.234,5"
    ),
    "a word for true": (lambda seed, column: seed.types[column] == "boolean", lambda value: "ja"),
}  # fmt: skip


def rounds(fits: Callable[[Seed, str], bool], slip: Callable[[str], str]) -> Iterator[list[Slip]]:
    """In each round one slip per seed, so that every column that fits has its turn."""
    turns = {seed.name: [column for column in seed.types if fits(seed, column)] for seed in with_rows()}
    for turn in range(max(map(len, turns.values()))):
        slips = []
        for name, columns in turns.items():
            if turn < len(columns) and (made := slip_in(DECLARED[name], columns[turn], slip)):
                slips.append(made)
        yield slips


def slip_in(seed: Seed, column: str, slip: Callable[[str], str]) -> Slip | None:
    """The slip in the last row that holds something there; none where no row does, or where it would change nothing.

    In every other seed it is the first row, so that a code and what refers to it do not slip together.
    """
    lines, place = lines_of(seed), list(seed.types).index(column)
    for number in range(1, len(lines)) if len(seed.name) % 2 else range(len(lines) - 1, 0, -1):
        cells = cells_of(lines[number])
        free = seed.of_column[column].get("references")
        free_words = free.get("or", []) if isinstance(free, dict) else []
        slipped = slip(cells[place])
        if cells[place] and slipped != cells[place] and cells[place] not in free_words and "*" not in cells[place]:
            changed = joined([*cells[:place], slipped, *cells[place + 1 :]])
            return Slip(seed.name, text([*lines[:number], changed, *lines[number + 1 :]]), number + 1, column)
    return None


@pytest.mark.parametrize("kind", VALUE_SLIPS)
def test_a_slip_in_a_cell_is_named_in_every_column(kind: str, seeds: Path) -> None:
    fits, slip = VALUE_SLIPS[kind]
    for slips in rounds(fits, slip):
        whole = {made.seed: DECLARED[made.seed].path.read_bytes() for made in slips}
        assert_named(seeds, slips)
        for name, content in whole.items():
            (seeds / DECLARED[name].path.relative_to(PROJECT / "seeds")).write_bytes(content)


# Slips that only a reader of the whole registry sees.


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("layouts/layout_column", "paid,amount_eur,1,Vereffend", "paid,amount_euro,1,Vereffend",
         "column field: 'amount_euro' is not in seeds/contract/record_field.csv of finance, which has amount_eur"),
        ("layouts/layout_column", "measure,1,,committed", "measure,1,,commited", "column constant: 'commited'"),
        ("layouts/layout_column", "vv_financien,finance,paid,measure,1,,paid,,,,,,,\n", "",
         "column record: 'finance': the layout fills no value for a required field"),
        ("layouts/layout_column", "re:Allegato \\d+", "re:Allegato (\\d+",
         "column source_column: 're:Allegato (\\d+' is no"),
        ("layouts/layout_column", "re:Allegato \\d+", "re:Allegato (\\d+)", "has a group, and takes nothing out"),
        ("layouts/layout_column", "planned_date,1,,n.v.t.,,,,,,,", "planned_date,1,,n.v.t.,,,,,,true,",
         "column is_optional"),
        ("layouts/layout_column", "vv_mijlpalen,milestone,,description,1,Omschrijving,,,,,,,,\n", "",
         "column record: 'milestone': the layout fills no value for a required field"),
        ("layouts/layout_null_word", "pnrr_programma,N/A,", "pnrr_programma,N.V.T.,", "means a state in every layout"),
        ("codes/code_synonym", "project_status,grijs,", "project_status,gerealiseerd,", "column synonym"),
        ("codes/code", "Opgestart na agendering VR", "Opgestart", "one of its words means another code"),
        ("layouts/file_name_version", "__(\\d{4})-(\\d{2})-(\\d{2})__", "__\\d{4}-\\d{2}-\\d{2}__", "column pattern"),
        ("layouts/period_word", "quarter,q1,3", "quarter,q1 2024,3", "column word"),
        ("layouts/period_word", "quarter,q1,3", "quarter,q1,13", "column last_month"),
        ("history/layout_series", "^(ind-\\d+)__", "^ind-\\d+__", "column series_pattern"),
        ("layouts/layout", ",. £,iso", ",. £,isoo", "column date_form: 'isoo' is none of iso, dmy"),
        ("layouts/layout", ";,cp1252", ";,cp12522", "column fallback_encoding: 'cp12522' is no encoding that is known"),
        ("plan/meetmoment", "2022-01-24,2022-02-11", "2022-02-24,2022-02-11",
         "line 4, column publication_on: '2022-02-11' comes before deadline_on '2022-02-24'"),
        ("quality/waiver", "2021-04-15,2022-12-31", "2023-04-15,2022-12-31", "column valid_until"),
        ("plan/meetmoment", "2024-12-31,2025-01-02", "2023-12-31,2025-01-02", "column cutoff_date"),
        ("plan/plan", "Europe/Brussels", "Europe/Brussel", "column time_zone: 'Europe/Brussel' is no time zone"),
        ("publication/aggregate_part", "fct_finance_as_returned,amount_eur,measure = 'paid',this",
         "fct_finance_as_returned,amount_euro,measure = 'paid',this",
         "column amount: 'amount_euro' is no SQL on fct_finance_as_returned"),
        ("publication/aggregate_part", "committed_eur is not null,this", "comitted_eur is not null,this",
         "column condition"),
        ("publication/figure_without_parts", "{aggregation} <> 'sum',Een", "{agregation} <> 'sum',Een",
         "{agregation} is no column of agg_indicator_progress; is 'aggregation' meant?"),
        ("publication/publication", "licence_title,en,", "licence_titel,en,", "no row has 'licence_title'"),
        ("quality/rule", "{value}. Sla", "{valeu}. Sla", "column message_nl"),
        ("layouts/layout_column", "project,,title,1,Titel", "project,,title,3,Titel",
         "line 3, column part: '3': the part before it is missing"),
        ("layouts/layout_column", "_incl_NCG,,1000000,", "_incl_NCG,,0,", "column unit_factor"),
        ("layouts/layout_column", "_incl_NCG,,1000000,", "_incl_NCG,,-1000,", "column unit_factor"),
        ("identity/project_event", "\nveerkracht,m5,VV181,added,,", "\nveerkracht,m5,VV181,merged,vv181,",
         "column related_project_code: 'vv181': a project is not merged with itself"),
        ("plan/plan", ",EUR,4303000000.00,", ",EUR,-4303000000.00,", "line 2, column initial_budget_eur"),
        ("plan/policy_domain", "veerkracht,OMG,", "veerkracht,omg,", "policy_domain_code: 'omg' has not the form"),
        ("quality/published_figure", ",projects,1,all", ",projects,0,all", "line 2, column precision"),
        ("quality/published_figure", ",projects,1,all", ",projects,-1,all", "line 2, column precision"),
        ("codes/code_synonym", "project_status,grijs,niet_gestart", "project_status,grijs,niet_gestrat",
         "of project_status, which has"),
        ("quality/published_figure", "2024-12-31,project_count,on_schedule", "2024-12-30,project_count,on_schedule",
         "column cutoff_date"),
    ],
)  # fmt: skip
def test_a_slip_that_one_row_alone_does_not_show(file: str, old: str, new: str, says: str, seeds: Path) -> None:
    path = seeds / f"{file}.csv"
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    faults = [fault for fault in told(seeds) if fault.startswith(f"seeds/{file}.csv line ")]
    assert any(says in fault for fault in faults), faults


def test_one_fault_never_hides_the_rest(seeds: Path) -> None:
    """In one file: a strange byte, an open quote, a comma too few, a remark, a Dutch date, an unknown plan."""
    path = seeds / "plan/meetmoment.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("2021-03-31", "31/03/2021", 1)
    lines[2] = lines[2].replace("veerkracht", "relance", 1)
    lines[3] = lines[3].replace("m3,Meting", "m3 Meting", 1)
    lines[4] = lines[4].replace("Measurement 4", '"Measurement 4', 1)
    lines[5] = lines[5].replace("Measurement 5", "Mesuré", 1)
    lines.insert(6, "# here begin the yearly ones")
    path.write_bytes("\n".join([*lines, ""]).encode().replace("é".encode(), b"\xe9"))
    (seeds / "plan/scope.csv").write_text("\ufeff" + (seeds / "plan/scope.csv").read_text(encoding="utf-8"), "utf-8")
    faults = told(seeds)
    for number, word in enumerate(("31/03/2021", "relance", "too few", "quote", "0xe9", "#"), start=2):
        assert any(f"meetmoment.csv line {number}, column " in f and word in f for f in faults), (word, faults)
    assert any("scope.csv line 1, column plan_code: the file begins with a byte order mark" in f for f in faults)


def test_a_file_that_nobody_declares_is_named(seeds: Path) -> None:
    (seeds / "plan/plann.csv").write_text("plan_code\nveerkracht\n", "utf-8")
    (seeds / "plan/scope.csv").rename(seeds / "plan/scopes.csv")
    faults = told(seeds)
    assert any(f.startswith("seeds/plan/plann.csv: ") for f in faults)
    assert any(f.startswith("seeds/plan/scope.csv line 1, column plan_code: the file is not there") for f in faults)


REFERRING = {"plan_code", "meetmoment_code", "layout_code", "rule_id", "record", "rule_code", "fact"}


def test_every_seed_and_column_is_promised_something() -> None:
    """A seed without a key cannot show a row that stands twice; a code without a reference cannot show a slip."""
    assert not [seed.name for seed in DECLARED.values() if not seed.promises.keys() & {"key", "unique"}]
    bare = [
        f"{seed.name}.{column}"
        for seed in DECLARED.values()
        for column in set(seed.types) & REFERRING
        if seed.promises.get("key") != [column] and not seed.of_column[column].keys() & {"references", "values"}
    ]
    assert sorted(set(bare) - {"plan.plan_code", "meetmoment.meetmoment_code"}) == []
