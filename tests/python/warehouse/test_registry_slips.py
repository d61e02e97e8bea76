"""Every slip in the registry is named by file, line and column: each kind of it in every seed, many at once.

The fast suite makes each kind in a few seeds and in a column of each; `make slow` in every seed and column.
"""

import csv
import io
import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from row_slips import ROW_SLIPS

from flows import registry
from flows.settings import PROJECT, Settings
from flows.warehouse import registry_rows, seed_file
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
    first = re.match(r"\S+, regel / line (\d+), ", fault)
    others = re.search(r"\(ook op regel / also on line ([\d, ]+)", fault)
    assert first
    return {int(first[1]), *(int(number) for number in re.findall(r"\d+", others[1] if others else ""))}


def assert_named(seeds: Path, slips: list[Slip]) -> None:
    """Put all the slips into the registry at once; each is named."""
    for slip in slips:
        seed = DECLARED[slip.seed]
        (seeds / seed.path.relative_to(PROJECT / "seeds")).write_bytes(slip.content)
    faults = told(seeds)
    assert all(" / " in fault.partition(": ")[2] for fault in faults), "each fault stands in both languages"
    unnamed = []
    for slip in slips:
        told_of = [fault for fault in faults if fault.startswith(f"{DECLARED[slip.seed].told}, regel / line ")]
        if not any(slip.line in lines_named(fault) and f", kolom / column {slip.column}" in fault and slip.says in fault
                   for fault in told_of):  # fmt: skip
            where = seed_file.place(DECLARED[slip.seed].told, slip.line, slip.column)
            unnamed.append(f"{where}: {slip.says}; {told_of[:3]}")
    assert not unnamed, "\n".join(unnamed)


# Slips of form: one in every seed.


def in_every_seed(slip: Callable[[Seed, Lines], Slip | None]) -> list[Slip]:
    return [made for seed in with_rows() if (made := slip(seed, lines_of(seed)))]


def a_comma_too_few(seed: Seed, lines: Lines) -> Slip:
    cells = cells_of(lines[-1])
    merged = [cells[0] + cells[1], *cells[2:]]
    return Slip(seed.name, text([*lines[:-1], joined(merged)]), len(lines), says="1 komma te weinig / comma too few")


def a_comma_too_many(seed: Seed, lines: Lines) -> Slip:
    return Slip(seed.name, text([*lines[:-1], lines[-1] + ",x"]), len(lines), says="1 komma te veel / comma too many")


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
    return Slip(seed.name, text([line, *lines[1:]]), 1, cells[-1].upper(), f"is '{cells[-1]}' bedoeld / meant?")


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


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.slow) for turn in (1, 2))])
def test_a_slip_of_form_is_named(turn: int, seeds: Path) -> None:
    """Another kind in each seed, so that each kind is made in several."""
    kinds = itertools.islice(itertools.cycle(FORM_SLIPS), 7 * turn, None)
    slips = [kind(seed, lines_of(seed)) for kind, seed in zip(kinds, with_rows(), strict=False)]
    assert len(slips) >= 2 * len(FORM_SLIPS)
    assert_named(seeds, slips)


@pytest.mark.slow
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


def test_a_slip_in_a_cell_is_named(seeds: Path) -> None:
    """Of each seed the kind that has come least so far, so that each kind is made in several."""
    made = {kind: {slip.seed: slip for slip in next(rounds(*VALUE_SLIPS[kind]))} for kind in VALUE_SLIPS}
    slips: dict[str, list[Slip]] = {kind: [] for kind in VALUE_SLIPS}
    for seed in with_rows():
        if kinds := [kind for kind in VALUE_SLIPS if seed.name in made[kind]]:
            kind = min(kinds, key=lambda one: len(slips[one]))
            slips[kind].append(made[kind][seed.name])
    assert min(map(len, slips.values())) >= 2
    assert_named(seeds, [slip for of_kind in slips.values() for slip in of_kind])


@pytest.mark.slow
@pytest.mark.parametrize("kind", VALUE_SLIPS)
def test_a_slip_in_a_cell_is_named_in_every_column(kind: str, seeds: Path) -> None:
    for slips in rounds(*VALUE_SLIPS[kind]):
        whole = {made.seed: DECLARED[made.seed].path.read_bytes() for made in slips}
        assert_named(seeds, slips)
        for name, content in whole.items():
            (seeds / DECLARED[name].path.relative_to(PROJECT / "seeds")).write_bytes(content)


# Slips that only a reader of the whole registry sees.


def in_turns() -> list[list[tuple[str, str, str, str]]]:
    """In each turn one slip per line, so that many are made at once and none hides another."""
    turns: list[dict[tuple[str, int], tuple[str, str, str, str]]] = []
    for slip in ROW_SLIPS:
        file, old, *_ = slip
        whole = (PROJECT / "seeds" / f"{file}.csv").read_text(encoding="utf-8")
        place = (file, whole[: whole.index(old)].count("\n"))
        turn = next((turn for turn in turns if place not in turn), None)
        if turn is None:
            turns.append(turn := {})
        turn[place] = slip
    return [list(turn.values()) for turn in turns]


@pytest.mark.parametrize("turn", in_turns(), ids=lambda turn: f"{len(turn)} lines")
def test_a_slip_that_one_row_alone_does_not_show(turn: list[tuple[str, str, str, str]], seeds: Path) -> None:
    for file, old, new, _ in turn:
        path = seeds / f"{file}.csv"
        before = path.read_text(encoding="utf-8")
        assert old in before
        path.write_text(before.replace(old, new, 1), encoding="utf-8")
    faults = told(seeds)
    unnamed = {
        (file, new): [fault for fault in faults if fault.startswith(f"seeds/{file}.csv, regel / line ")]
        for file, _, new, says in turn
        if not any(fault.startswith(f"seeds/{file}.csv, regel / line ") and says in fault for fault in faults)
    }
    assert not unnamed


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
    for number, word in enumerate(("31/03/2021", "relance", "too few", "aanhalingsteken", "0xe9", "#"), start=2):
        assert any(f"meetmoment.csv, regel / line {number}, kolom / column " in f and word in f for f in faults), (
            word,
            faults,
        )
    assert any(
        "scope.csv, regel / line 1, kolom / column plan_code: het bestand begint met een byte order mark" in f
        for f in faults
    )


def test_a_description_that_is_no_yaml_is_named_where_it_ends(seeds: Path) -> None:
    path = seeds / "plan/_plan__seeds.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:4], "   : [x", *lines[4:]]), "utf-8")
    (fault,) = told(seeds)
    assert fault.startswith("seeds/plan/_plan__seeds.yml, regel / line 5, kolom / column ")
    assert "geen YAML" in fault and "no YAML" in fault


def test_a_file_that_nobody_declares_is_named(seeds: Path) -> None:
    (seeds / "plan/plann.csv").write_text("plan_code\nveerkracht\n", "utf-8")
    (seeds / "plan/scope.csv").rename(seeds / "plan/scopes.csv")
    faults = told(seeds)
    assert any(f.startswith("seeds/plan/plann.csv: ") for f in faults)
    gone = f"{seed_file.place('seeds/plan/scope.csv', 1, 'plan_code')}: het bestand is er niet / the file is not there"
    assert any(f.startswith(gone) for f in faults)


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
