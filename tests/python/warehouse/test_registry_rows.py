"""The registry as tables: as dbt makes them, asked what its YAML declares, and kept while it stays as it is."""

import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from operator import methodcaller
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from flows import cli, night, registry
from flows.intake import file_names
from flows.senders import deliveries
from flows.settings import PROJECT, Settings
from flows.warehouse import registry_rows, transform
from flows.warehouse.registry_contract import Seed

Change = Callable[[str], str]


@pytest.fixture
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the registry in its place."""
    copy = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", copy)
    monkeypatch.setattr(registry, "SEEDS", copy)
    return copy


def apart(folder: Path) -> Settings:
    """Settings with nothing kept yet."""
    return Settings(home=folder, cache=folder / "cache")


def changed(path: Path, change: Change) -> None:
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")


def test_the_tables_are_those_that_dbt_makes(tmp_path: Path) -> None:
    by_dbt = tmp_path / "warehouse.duckdb"
    transform.run(by_dbt, ["seed", "--quiet", "--no-write-json", *transform.where(by_dbt)], transform.project(by_dbt))
    with duckdb.connect() as con:
        con.execute(f"attach '{by_dbt}' as dbt (read_only)")
        con.execute(f"attach '{registry_rows.database(apart(tmp_path))}' as ours (read_only)")
        names = [
            sorted(con.sql(f"select table_name from duckdb_tables() where database_name = '{side}'").fetchall())
            for side in ("dbt", "ours")
        ]
        assert names[0] == names[1] and len(names[0]) > 30
        for (name,) in names[0]:
            for query in ("describe", "from"):
                rows = [con.sql(f"{query} {side}.registry.{name}").fetchall() for side in ("dbt", "ours")]
                assert rows[0] == rows[1], name


def test_what_was_asked_is_kept_until_a_row_or_a_declaration_changes(seeds: Path, tmp_path: Path) -> None:
    settings = apart(tmp_path)
    first = registry_rows.database(settings)
    made = first.stat().st_mtime_ns
    assert registry_rows.database(settings) == first and first.stat().st_mtime_ns == made
    changed(seeds / "plan/_plan__seeds.yml", lambda text: text + "# another\n")
    other = registry_rows.database(settings)
    assert other != first
    changed(seeds / "plan/plan.csv", lambda text: text.replace("Vlaamse Veerkracht", "Vlaamse veerkracht", 1))
    assert registry_rows.database(settings) not in (first, other)


def test_a_broken_registry_is_not_kept_and_starts_no_warehouse(seeds: Path, tmp_path: Path) -> None:
    settings = apart(tmp_path)
    changed(seeds / "plan/meetmoment.csv", lambda text: text.replace("\nveerkracht,m1,", "\nrelance,m1,", 1))
    with pytest.raises(registry_rows.RegistryBroken, match="column plan_code: 'relance'"):
        registry_rows.database(settings)
    assert not list((settings.cache / "registry").iterdir())


def test_a_night_refuses_with_the_words_of_the_registry_before_it_reads_any_of_it(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The calendar, which a night reads first, is what is broken; so is the plan of a layout."""
    changed(
        seeds / "plan/meetmoment.csv", lambda text: text.replace("2021-04-19,2021-04-30", "2021-04-19,30/04/2021", 1)
    )
    changed(seeds / "layouts/layout.csv", lambda text: text.replace("uk_portfolio,uk_gmpp", "uk_portfolio,uk", 1))
    settings = apart(tmp_path)
    of_all, of_plan = registry_rows.broken(settings)
    faults = [*of_all, *of_plan["veerkracht"]]
    with pytest.raises(registry_rows.RegistryBroken) as refused:
        night.runbook(night.Night(settings))
    assert refused.value.faults == faults and len(faults) == 2
    monkeypatch.setenv("VEERKRACHT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "argv", ["veerkracht", "nightly"])
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    _, *told, page = capsys.readouterr().err.splitlines()
    assert told == faults and page.endswith("registry-broken.md")


BROKEN_PLAN, OTHER = "uk_gmpp", "veerkracht"
OWNED = [seed for seed in registry_rows.declared() if {"plan_code", "layout_code"} & set(seed.types)]


@pytest.fixture
def fresh() -> Iterator[None]:
    """What Python reads of the registry is read anew, before and after."""
    readers: list[Any] = [registry.plan_codes, registry.meetmomenten, registry.layouts, registry._time_zone]
    readers += [file_names._series_patterns, file_names._version_pattern, file_names._orders]
    for reader in readers:
        reader.cache_clear()
    yield
    for reader in readers:
        reader.cache_clear()


def row_of(seeds: Path, seed: str, plan_code: str) -> tuple[int, str] | None:
    """Line and text of the last row of a plan in a seed, by its code or by that of one of its layouts."""
    layouts = {row["layout_code"] for row in registry.rows("layouts/layout") if row["plan_code"] == plan_code}
    lines = (seeds / seed).read_text(encoding="utf-8").splitlines()
    for number, row in reversed(list(enumerate(csv.DictReader(lines), start=1))):
        if row.get("plan_code") == plan_code or row.get("layout_code") in layouts:
            return number, lines[number]
    return None


SLIPS = ("a comma too few", "a space", "stands twice")


def slipped(seeds: Path, seed: Seed, slip: str) -> str | None:
    """Make a slip in a row of a plan; where it is, as people are told. None where the plan has no such row."""
    place = seed.path.relative_to(PROJECT / "seeds").as_posix()
    found = row_of(seeds, place, BROKEN_PLAN)
    if found is None or (slip == "stands twice" and not seed.promises.get("key")):
        return None  # the plan has no row there, or one that stands there twice says nothing wrong
    number, line = found
    lines = (seeds / place).read_text(encoding="utf-8").split("\n")
    first, comma, rest = line.partition(",")
    if slip == "a comma too few" and "," not in rest:
        return None  # without it nobody can tell whose row it is
    slips = {"a comma too few": f"{first}{comma}{rest.replace(',', '', 1)}", "a space": f"{first}{comma} {rest}"}
    lines[number] = slips.get(slip, line)
    (seeds / place).write_text(
        "\n".join([*lines[:number], *([line] if slip == "stands twice" else []), *lines[number:]])
    )
    return f"seeds/{place}, regel / line {number + 1 + (slip == 'stands twice')}, "


@pytest.mark.parametrize(
    ("of", "slip"),
    [
        *(pytest.param(OWNED, slip, id=f"every seed-{slip}") for slip in SLIPS),
        *(
            pytest.param([seed], slip, id=f"{seed.name}-{slip}", marks=pytest.mark.slow)
            for seed in OWNED
            for slip in SLIPS
        ),
    ],
)
def test_broken_rows_of_a_plan_stop_that_plan_alone(
    of: list[Seed], slip: str, seeds: Path, tmp_path: Path, fresh: None
) -> None:
    """Also for who reads the files as text; and what the others stand on is what it was."""
    settings, theirs = apart(tmp_path), Settings(home=tmp_path, cache=tmp_path / "cache", plan=BROKEN_PLAN)
    # The seed that says whose a layout is comes last: of the others it is asked where the row of the plan is.
    places = [slipped(seeds, seed, slip) for seed in sorted(of, key=lambda seed: seed.name == "layout")]
    if not any(places):
        return
    of_all, of_plan = registry_rows.broken(settings)
    assert (of_all, list(of_plan)) == ([], [BROKEN_PLAN])
    faults = of_plan[BROKEN_PLAN]
    assert [place for place in places if place and not any(fault.startswith(place) for fault in faults)] == []
    with pytest.raises(registry_rows.RegistryBroken, match=f"in rows of {BROKEN_PLAN}; other plans go on"):
        registry_rows.database(theirs)
    with duckdb.connect(str(registry_rows.database(settings)), read_only=True) as con:
        plans = {plan for (plan,) in con.execute("select plan_code from registry.layout").fetchall()}
    assert OTHER in plans and BROKEN_PLAN not in plans
    now = datetime(2021, 1, 1, tzinfo=UTC)
    assert registry.layouts(OTHER) and deliveries.next_days(OTHER, now)
    assert registry.local_day(OTHER, now) == date(2021, 1, 1)
    assert file_names.series_of(OTHER, "OMG_v2.xlsx") == "omg" and file_names.declared_order(OTHER, "OMG.xlsx") is None


# In which file, what in the place of what, and what is told. What is wrong in one place hides nothing elsewhere; of the
# last two the file cannot be read as a table at all.
OF_NO_PLAN = {
    "rows that every plan shares": ("codes/code.csv", ",rood,", ",rood ,", "'rood ' begint of eindigt met een spatie"),
    "rows of a plan that there is not": (
        "plan/plan.csv",
        "\nuk_gmpp,",
        "\nuk_gmp,",
        "'uk_gmpp' staat niet in / is not in seeds/plan/",
    ),
    "a key that two plans have": (
        "layouts/layout.csv",
        "\nuk_portfolio,",
        "\nvv_status,",
        "'vv_status' staat ook op regel",
    ),
    "a row of no plan": ("plan/meetmoment.csv", "\nuk_gmpp,", "\n,", "column plan_code: is leeg"),
    "a quote that is not closed": (
        "layouts/layout.csv",
        "\nuk_portfolio,",
        '\n"uk_portfolio,',
        "een aanhalingsteken is niet gesloten",
    ),
    "a header": ("plan/meetmoment.csv", "plan_code,", "plan,", "column plan: die kolom is er niet"),
}


@pytest.mark.parametrize(
    "slips",
    [
        pytest.param(list(OF_NO_PLAN)[:4], id="rows"),
        pytest.param(list(OF_NO_PLAN)[4:], id="files"),
        *(pytest.param([slip], id=slip, marks=pytest.mark.slow) for slip in OF_NO_PLAN),
    ],
)
def test_a_fault_that_is_of_no_plan_alone_stops_every_plan_and_says_so(
    slips: list[str], seeds: Path, tmp_path: Path
) -> None:
    for file, old, new, _ in map(OF_NO_PLAN.__getitem__, slips):
        changed(seeds / file, methodcaller("replace", old, new, 1))
    with pytest.raises(registry_rows.RegistryBroken, match="for every plan") as refused:
        registry_rows.expect_readable(apart(tmp_path))
    told = "\n".join(refused.value.of_all)
    assert [word for *_, word in map(OF_NO_PLAN.__getitem__, slips) if word not in told] == []


def test_the_night_of_one_plan_fails_for_its_row_and_the_others_have_theirs(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    home = tmp_path / "home"
    for plan, meetmoment in ((OTHER, "m7"), (BROKEN_PLAN, "2021")):
        (home / plan / "inbox" / meetmoment).mkdir(parents=True)
    (home / BROKEN_PLAN / "inbox" / "2021" / "x.csv").write_text("a;b\n")
    monkeypatch.setenv("VEERKRACHT_HOME", str(home))
    monkeypatch.setenv("VEERKRACHT_CACHE", str(tmp_path / "cache"))
    number, line = row_of(seeds, "plan/meetmoment.csv", BROKEN_PLAN) or (0, "")
    changed(seeds / "plan/meetmoment.csv", lambda text: text.replace(line, line.replace(",20", ",x20", 2)))
    ran = CliRunner().invoke(cli.app, ["nightly", "--json"])
    told = json.loads(ran.stdout)["plans"]
    assert ran.exit_code == 1
    assert told[OTHER]["verdict"] == "nothing_new"
    assert told[BROKEN_PLAN]["verdict"] == "failed" and f"line {number + 1}" in told[BROKEN_PLAN]["reason"]
    said = CliRunner().invoke(cli.app, ["registry"])
    assert said.exit_code == 20 and f"stops {BROKEN_PLAN} alone" in said.output
