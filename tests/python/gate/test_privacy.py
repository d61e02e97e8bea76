"""Privacy: unlisted columns and personal data hold the release, and no value of it is repeated anywhere."""

import json
import random
import re
import shutil
import unicodedata
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from conftest import DemoRun

from flows import personal_data, registry
from flows.forms import carried, contents
from flows.night import Night, judge_release
from flows.personal_data import POSSIBLE, _phones, kinds_in, named, named_in_each
from flows.release import kept, publishing, writing
from flows.settings import Settings
from flows.warehouse import docs, transform

SEEDED = {
    "email": [
        *("mail naar jan.peeters@vlaanderen.be aub", "an.de-smet(at)mow.vlaanderen.be", "jan.peeters @ vlaanderen.be"),
        *("j.peeters [at] vlaanderen [dot] be", "jan.peeters＠vlaanderen.be", "jan.peeters at vlaanderen.be"),
    ],
    "phone": [
        *("bel 02 553 12 34", "gsm 0478/12.34.56", "+32 478 12 34 56", "0032 2 553 12 34", "+32(0)9 265 12 34"),
        *("(02) 553 11 11", "+31 6 12345678", "+33 6 12 34 56 78", "00 32 478 12 34 56", "０４７８ １２ ３４ ５６"),
    ],
    "iban": ["op BE68 5390 0754 7034 storten", "BE68539007547034", "NL91ABNA0417164300"],
    "national_number": ["85.07.30-033.28", "rr 85073003328", "17073003384", "850730-033.28"],
}
INNOCENT = [
    "VR 2021 2602 VV DOC.0123/1",
    "VR 2022 1507 DOC.0867/1BIS",
    "VV001-M01",
    "1.234.567,89",
    "850730033.28",  # an amount, though its digits alone would be a national number
    "85073003328.5",
    "4303000000.00",
    "-12.00",
    "01/02/2021 tot 31/12/2022",
    "2021-04-19 01:17:00",
    "veerkracht-m6-031b7fae9763",
    "031b7fae97630478123456ab0478123456ab0478123456ab0478123456abcdef",
    "fa52ea35cdf4a4b4",  # an IBAN by its check digits alone, but of no country
    "85.07.30-033.29",
    "KBO 0458.123.456",
    "BTW BE 0458.123.456",
    "Aanleg van 1.991 km fietspad (deel 2), art. 12.3.45",
    "BE12 projecten",
    "Q2 2026",
    "Delivered at home.The second phase is at risk.",
    "Mijlpalen 12, 13 en 14 (+ 3 nieuwe) tegen 31-12-2026",
]


# Of each kind: a text, the milestone that it is said of and the project in whose title it stands.
IN_MARTS = {
    kind: (texts[0], f"VV014-M0{number}", project)
    for number, ((kind, texts), project) in enumerate(
        zip(SEEDED.items(), ("VV001", "VV002", "VV015", "VV028"), strict=True), start=1
    )
}
IN_MANY, IN_A_KEY, IN_A_ROW, STAYS, PUBLIC = "bel 03 260 30 30", "a@b.be", "c@d.be", "e@f.be", "opendata@example.org"
CHANGES = [
    *(
        f"update marts.fct_milestone_status_as_returned set description = '{text}' where milestone_code = '{milestone}'"
        for text, milestone, _ in IN_MARTS.values()
    ),
    *(
        f"update marts.dim_project set title = title || ' {text}' where project_code = '{project}'"
        for text, _, project in IN_MARTS.values()
    ),
    *(
        f"update marts.{mart} set sheet = '{IN_MANY}'"
        for mart in ("fct_milestone_status", "fct_milestone_status_as_returned", "fct_project_status")
    ),
    "update marts.fct_milestone_status_as_returned"
    f" set milestone_code = '{IN_A_KEY}' where milestone_code = 'VV001-M10'",
    f"update marts.fct_milestone_status set description = '{IN_A_ROW}' where milestone_code = 'VV014-M02'",
    f"update marts.what_changed set old_value = '{STAYS}', field = 'owner' where record = 'milestone'",
    f"update marts.fct_milestone_status_as_returned set owner = '{STAYS}'",
    # One of the values that leave elsewhere too.
    f"update marts.what_changed set old_value = '{IN_A_ROW}', field = 'owner' where record = 'project_status'",
    f"update marts.dim_project set title = '{PUBLIC}' where project_code = 'VV053'",
]
SCOPES = carried.seeds()["plan/scope.csv"].decode().splitlines()
AROUND_MARTS = {kind: (texts[-1], line) for line, (kind, texts) in enumerate(SEEDED.items(), start=2)}
"""Of each kind: a text, and the line of the scopes of the registry in which it stands."""
NOT_LISTED: dict[str, dict[str, str]] = {
    "says_nothing": {},
    "of_no_kind": {"contains": "anything", "label_nl": "Opmerking", "label_en": "Remark"},
    "in_dutch_alone": {"contains": "public_text", "label_nl": "Opmerking"},
    "of_what": {"label_nl": "Opmerking", "label_en": "Remark"},
}
"""Columns of a mart, by what is said of them."""


@dataclass(frozen=True)
class Held:
    """A night whose marts are built, in a home of its own, and why it is held: whatever is wrong is wrong at once."""

    night: Night
    reasons: list[str]
    groups: list[str]
    """Of the documentation, in whose owner the texts around the marts stand too."""


@pytest.fixture(scope="module")
def held(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Held:
    settings = Settings(home=tmp_path_factory.mktemp("held"))
    shutil.copytree(
        small.settings.build / "dbt", settings.build / "dbt", ignore=shutil.ignore_patterns("run", "compiled")
    )
    shutil.copyfile(small.settings.warehouse, settings.warehouse)
    with duckdb.connect(str(settings.warehouse)) as con:
        for sql in CHANGES:
            con.execute(sql)
    path = transform.manifest_path(settings.warehouse)
    manifest = json.loads(path.read_text(encoding="utf-8"))
    node = next(n for n in manifest["nodes"].values() if n["name"] == "dim_project" and n["resource_type"] == "model")
    said = {"description_nl": "Intern"}
    for name, meta in NOT_LISTED.items():
        node["columns"][name] = {"name": name, "data_type": "varchar", "description": "Internal", "meta": said | meta}
    groups, scopes = sorted(manifest["groups"])[: len(AROUND_MARTS)], list(SCOPES)
    for group, (text, line) in zip(groups, AROUND_MARTS.values(), strict=True):
        manifest["groups"][group]["owner"]["name"] = text
        scopes[line - 1] = scopes[line - 1].rsplit(",", 1)[0] + f",{text}"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    seeds, night = carried.seeds() | {"plan/scope.csv": "\n".join(scopes).encode()}, Night(settings)
    with patch.object(carried, "seeds", lambda: seeds):
        return Held(night, [str(reason) for reason in judge_release(night)], groups)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SEEDED.items() for text in texts])
def test_personal_data_is_recognised(kind: str, text: str) -> None:
    assert kinds_in(text) == [kind]
    assert kinds_in(f"({text}), zie bijlage") == [kind]


def test_the_first_look_in_sql_passes_over_none() -> None:
    """Nor of what is seeded once its spaces, signs and digits are others, or it stands among others."""
    rng = random.Random(7)
    plain = [text for texts in SEEDED.values() for text in texts]
    signs = [*" .-/()[]+@", "at", "0", "4", "32", "\t", "\n", "\v", "\x1f", "é", "VV001"]
    seeded = [*plain]
    for _ in range(800):
        text = rng.choice(plain)
        for _ in range(rng.randint(0, 3)):
            place = rng.randrange(len(text))
            text = text[:place] + rng.choice(signs) + text[place + rng.randint(0, 1) :]
        seeded.append(text)
    found = [text for text in seeded if kinds_in(text)]
    every_phone = [text for text in map(partial(unicodedata.normalize, "NFKC"), seeded) if any(_phones(text))]
    with patch.object(personal_data, "_BEGINS_AS_DIALLED", re.compile("")):
        assert every_phone == [t for t in map(partial(unicodedata.normalize, "NFKC"), seeded) if any(_phones(t))]
    looked_at = duckdb.execute(
        "select text from (select unnest($1) as text) where regexp_matches(text, $2)", [found, POSSIBLE]
    ).fetchall()
    assert {text for (text,) in looked_at} == set(found) and 300 < len(found) < len(seeded)


def test_many_texts_are_looked_at_by_more_processes_with_the_same_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for seeded in SEEDED.values() for text in seeded] + [
        "een gewone zin",
        "VV001-M03",
        "jan@voorbeeld.be",
    ]
    public = frozenset({"jan@voorbeeld.be"})
    alone = named_in_each(texts, public)
    monkeypatch.setattr(personal_data, "_SHARED_FROM", 1)
    monkeypatch.setattr(personal_data, "_AT_ONCE", 3)
    monkeypatch.setattr(personal_data.os, "sched_getaffinity", lambda of: {0, 1})
    monkeypatch.delattr(personal_data, "_found")  # what looks here would fail
    assert named_in_each(texts, public) == alone
    assert alone[-3:] == ["", "", ""] and all(alone[:-3])


def test_most_codes_and_texts_are_not_looked_at() -> None:
    texts = ["VV001-M01", "2026-11", "veerkracht-m5-7bfe", "VR 2021 26", "Meting 3 (2021), 12 euro", "m7"]
    for text in texts:
        assert duckdb.execute("select regexp_matches(?, ?)", [text, POSSIBLE]).fetchone() == (False,), text


@pytest.mark.parametrize("text", INNOCENT)
def test_codes_amounts_and_documents_are_not(text: str) -> None:
    assert kinds_in(text) == []


def test_the_contract_declares_as_published_each_text_that_may_leave() -> None:
    stay = {"owner"}  # of a milestone; that of an indicator is in the register
    for row in registry.rows("contract/record_field"):
        assert (row["is_published_text"] == "true") == (row["type"] == "text" and row["field"] not in stay), row


def test_seeded_personal_data_holds_the_night_and_is_not_repeated(held: Held) -> None:
    for kind, (text, milestone, project) in IN_MARTS.items():
        of_kind = [reason for reason in held.reasons if reason.startswith("PUB02") and named([kind]) in reason]
        (described,) = (reason for reason in of_kind if "fct_milestone_status_as_returned.description" in reason)
        assert milestone in described and "(veerkracht-m" in described, kind
        assert any("dim_project.title" in reason and project in reason for reason in of_kind), kind
        assert not any(text in reason for reason in held.reasons), kind


def test_personal_data_in_the_registry_or_the_documentation_holds_the_night(held: Held) -> None:
    column = SCOPES[0].split(",")[-1]
    for (kind, (text, line)), group in zip(AROUND_MARTS.items(), held.groups, strict=True):
        in_registry, in_documentation = (reason for reason in held.reasons if f"({named([kind])})" in reason)
        assert in_registry.startswith("PUB02")
        assert (
            f"registry.zip ({named([kind])}): seeds/plan/scope.csv, regel / line {line}, kolom / column {column}"
            in in_registry
        )
        assert f"dbt_docs.html ({named([kind])}): /groups/{group}/owner/name" in in_documentation
        assert text not in in_registry + in_documentation
    assert len(held.groups) == len(SEEDED)


def test_nothing_else_holds_the_night(held: Held) -> None:
    """Each text is one reason: of each kind two in the marts and two around them."""
    of_texts = [reason for reason in held.reasons if reason.startswith("PUB02")]
    assert len(of_texts) == 4 * len(SEEDED) + len((IN_MANY, IN_A_KEY, IN_A_ROW))
    assert len(held.reasons) == len(of_texts) + len(NOT_LISTED)


def test_no_text_of_a_release_holds_any(released: DemoRun) -> None:
    """Every file but the marts themselves, whose columns are scanned above: all that is said around them."""
    current = kept.current(released.settings)
    assert current
    public = frozenset(row["value"] for row in registry.rows("publication/public_value"))
    texts = {path.name: path.read_text(encoding="utf-8") for path in current.folder.glob("*.*") if is_text(path)}
    # The rest of the page is dbt's own, with the addresses of those who wrote the parts of it.
    told = [texts[docs.PAGE].partition(start) for start in ('{"child_map":', '{"errors":')]
    texts[docs.PAGE] = str([json.JSONDecoder().raw_decode(start + rest)[0] for _, start, rest in told])
    with zipfile.ZipFile(current.folder / carried.REGISTRY) as container:
        texts |= {name: container.read(name).decode() for name in container.namelist()}
    assert {"headline_figures.json", "catalogue.ttl", "dictionary.html", "manifest.json", "plan/scope.csv"} <= set(
        texts
    )
    held = {name: kinds_in(text, public) for name, text in texts.items()}
    assert {name: kinds for name, kinds in held.items() if kinds} == {}
    assert kinds_in(texts["catalogue.ttl"]) == ["email"], "the mailbox of the contact point, which is public"


def is_text(path: Path) -> bool:
    return path.suffix in (".json", ".jsonld", ".ttl", ".html", ".csv", ".pem")


def test_a_text_that_stands_in_many_rows_and_marts_is_one_reason(held: Held) -> None:
    """A person on duty is told whose it is and where, and not each of a thousand rows."""
    (reason,) = (reason for reason in held.reasons if ".sheet: " in reason)
    for mart in ("fct_milestone_status", "fct_milestone_status_as_returned", "fct_project_status"):
        assert f"{mart}.sheet: m5 | VV0" in reason
    assert "260" not in reason
    assert re.search(r" \+ \d{2,}; ", reason) and re.search(r"\(veerkracht-m5-\w+, veerkracht-m5-", reason)


def test_a_key_that_is_personal_itself_is_masked(held: Held) -> None:
    (reason,) = (reason for reason in held.reasons if ".milestone_code: " in reason)
    assert "***" in reason and not any(IN_A_KEY in reason for reason in held.reasons)


def test_a_place_names_the_submission_where_the_row_does(held: Held) -> None:
    (reason,) = (reason for reason in held.reasons if "fct_milestone_status.description" in reason)
    with duckdb.connect(str(held.night.settings.warehouse), read_only=True) as con:
        submissions = con.execute(
            "select submission_id from marts.fct_milestone_status where description = ?", [IN_A_ROW]
        ).fetchall()
    assert submissions and all(submission in reason for (submission,) in submissions)


def test_a_value_that_leaves_empty_holds_no_night(held: Held) -> None:
    """Who answers for a milestone may be a person: what he was called before and now stays in the warehouse."""
    assert [reason for reason in held.reasons if "what_changed" in reason or ".owner" in reason] == []


def test_a_public_value_passes(held: Held) -> None:
    assert [reason for reason in held.reasons if "VV053" in reason or PUBLIC in reason] == []


def test_a_column_that_does_not_say_what_it_contains_holds_the_night(held: Held) -> None:
    reasons = [reason for reason in held.reasons if "PUB01" in reason]
    assert len(reasons) == len(NOT_LISTED)
    assert [name for name in NOT_LISTED if not any(f"dim_project.{name}" in reason for reason in reasons)] == []
    with pytest.raises(writing.NotListed, match=r"dim_project\.") as refused:
        publishing.publish(held.night.settings, held.night.settings.warehouse, [], held.night.now)
    assert [name for name in NOT_LISTED if f"dim_project.{name}" not in str(refused.value)] == []
    assert kept.current(held.night.settings) is None


def test_what_may_not_leave_is_in_no_file(small: DemoRun) -> None:
    current = kept.current(small.settings)
    assert current
    withheld = {(m.name, c) for m in contents.declared(small.settings.warehouse) for c in m.withheld}
    assert {("fct_milestone_status_as_returned", "owner"), ("fct_finding", "received_value")} <= withheld
    with duckdb.connect(str(small.settings.warehouse), read_only=True) as con:
        owner = con.sql("select max(owner) from marts.fct_milestone_status_as_returned").fetchall()[0][0]
    with duckdb.connect(str(current.database), read_only=True) as con:
        there = con.sql("select table_name, column_name from duckdb_columns() where not internal").fetchall()
    assert owner and not withheld & set(there)
    for path in (current.folder / "csv").iterdir():
        assert owner not in path.read_text(encoding="utf-8"), path.name


def test_the_value_of_a_field_that_stays_is_left_empty_wherever_it_stands(small: DemoRun) -> None:
    declared = contents.declared(small.settings.warehouse)[0]
    assert "owner" in declared.withheld_fields and "explanation" not in declared.withheld_fields
    mart = contents.Mart(
        name="what_changed",
        description="One row per change",
        columns=tuple(
            contents.Column(name, "VARCHAR", name, name, name, False, "code")
            for name in ("field", "old_value", "new_value")
        ),
        values_of_fields=("old_value", "new_value"),
        withheld_fields=declared.withheld_fields,
        withheld=(),
        unlisted=(),
        key=("field",),
        foreign_keys=(),
        forms=frozenset(),
        records=(),
        is_place=False,
        plan_code="veerkracht",
        filter=(),
        within=None,
    )
    with duckdb.connect() as con:
        con.execute("create table changes (field varchar, old_value varchar, new_value varchar)")
        con.execute("insert into changes values ('owner', 'A', 'B'), ('explanation', 'C', 'D')")
        rows = con.sql(mart.select("changes") + " order by all").fetchall()
    assert rows == [("explanation", "C", "D"), ("owner", None, None)]
