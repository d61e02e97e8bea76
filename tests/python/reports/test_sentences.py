"""Sentences: what is said of a figure that rose, fell, did not change, was restated, changed scope or is not there."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from flows import registry
from flows.forms.short_keys import short
from flows.reports import declared, sentences
from flows.reports.questions import Subject

COLUMNS = {
    "fact": "varchar",
    "figure": "decimal(28, 6)",
    "previous": "decimal(28, 6)",
    "change": "decimal(28, 6)",
    "compared": "bigint",
    "numerator": "decimal(28, 6)",
    "denominator": "decimal(28, 6)",
    "trend": "varchar",
    "unit": "varchar",
    "parts_unit": "varchar",
    "words_nl": "varchar[]",
    "words_en": "varchar[]",
    "day": "date",
    "reason_nl": "varchar[]",
    "reason_en": "varchar[]",
    "trace_key": "varchar",
}
Facts = dict[str, dict[str, Any]]


def facts() -> Facts:
    """Facts of a plan at its second meetmoment, of which nothing changed."""
    counts = {"total": 10, "on_schedule_or_realised": 8, "on_schedule": 7, "gerealiseerd": 1, "oranje": 1, "rood": 1}
    of_projects = {
        f"project_count.{item}": {"figure": n, "previous": n, "change": 0, "trend": "same", "unit": "projects"}
        for item, n in (counts | {"niet_gestart": 0}).items()
    }
    share = {"figure": 80, "previous": 80, "change": 0, "trend": "same", "unit": "percent", "numerator": 8}
    money = {"figure": 2_000_000, "previous": 2_000_000, "change": 0, "trend": "same", "unit": "EUR"}
    part = {"figure": 20, "unit": "percent", "numerator": 2_000_000, "denominator": 10_000_000, "parts_unit": "EUR"}
    milestones = {"figure": 50, "unit": "percent", "numerator": 5, "denominator": 10}
    return of_projects | {
        "project_share.on_schedule_or_realised": share | {"denominator": 10},
        "committed.total": money | {"trace_key": "veerkracht/agg_headline_figure_by_scope/m2/committed"},
        "committed_share.total": part,
        "paid.total": money | {"figure": 1_000_000, "previous": 1_000_000},
        "paid_share.total": part | {"figure": 10},
        "paid_change.total": {"figure": 0, "unit": "EUR"},
        "encours.total": {"figure": 1_000_000, "unit": "EUR"},
        "money_scope.projects": {"figure": 10, "unit": "projects"},
        "scope.now": {"words_nl": ["Alle projecten"], "words_en": ["All projects"]},
        "scope.money": {"words_nl": ["Eenmalig"], "words_en": ["One-off"]},
        "scope.changed": {"figure": 10, "previous": 10, "change": 0, "trend": "same"},
        "meetmoment.cutoff": {"day": date(2021, 12, 31)},
        "meetmoment.before": {"day": date(2021, 9, 30)},
        "milestone_count.total": {"figure": 10},
        "milestone_share.on_schedule_or_realised_of_started": milestones,
        "milestone_share.on_schedule_or_realised_of_all": milestones,
        "rrf_project_count.total": {"figure": 1},
        **{
            f"speerpunt.{name}": {"figure": 0}
            for name in ("most_future", "most_delayed", "most_realised", "most_on_track")
        },
        "speerpunt.started_band": {"figure": 1, "denominator": 7},
        "speerpunt.committed_above": {},
        "speerpunt.committed_below": {},
        "committed.decrease": {},
        "milestones.moved": {"figure": 0},
        "quality.warnings": {"figure": 1},
    }


class Told:
    """The sentences of a document on facts that are said here."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def of(
        self, changed: Mapping[str, Mapping[str, Any] | None], language: str = "nl"
    ) -> tuple[dict[str, str], list[str]]:
        """(code -> sentence, codes of those left out) of the cover note, on the facts with these changed."""
        said, left_out = self.parts(changed, language)
        return {code: one.text.replace("\u00a0", " ") for code, one in said.items()}, [one.code for one in left_out]

    def parts(
        self, changed: Mapping[str, Mapping[str, Any] | None], language: str = "nl", document: str = "cover_note"
    ) -> tuple[dict[str, sentences.Sentence], list[sentences.LeftOut]]:
        given = facts()
        for name, values in changed.items():
            if values is None:
                given.pop(name)
            else:
                given[name] = given.get(name, {}) | dict(values)
        rows = [[name, *(values.get(column) for column in list(COLUMNS)[1:])] for name, values in given.items()]
        self.con.execute("create or replace table fact_given as from fact limit 0")
        self.con.executemany(f"insert into fact_given values ({', '.join('?' * len(COLUMNS))})", rows)
        subject = Subject(self.con, {}, {})
        sentences.remember(subject, "from fact_given")
        said, left_out = sentences.told(subject, document, language)
        return {one.code: one for one in said}, left_out


@pytest.fixture
def told() -> Iterator[Told]:
    with duckdb.connect(":memory:") as con:
        con.execute(f"create table fact ({', '.join(f'{name} {type_}' for name, type_ in COLUMNS.items())})")
        yield Told(con)


def test_a_plan_of_which_nothing_changed_says_so_and_leaves_nothing_out(told: Told) -> None:
    said, left_out = told.of({})
    assert left_out == []
    assert said["started_same"] == "Op schema of gerealiseerd zijn er evenveel als op 30 september 2021."
    assert said["committed_same"] == said["paid_same"] == "Dat is evenveel als op 30 september 2021."
    assert said["started_merged"] == (
        "Op 31 december 2021 zijn 8 van de 10 opgevolgde projecten (80 %) op schema of gerealiseerd: 7 op schema en 1"
        " gerealiseerd."
    )
    assert "scope_changed" not in said


@pytest.mark.parametrize(
    ("trend", "change", "expected"),
    [
        ("rose", 3, "Op schema of gerealiseerd zijn er 3 meer dan op 30 september 2021, toen het er 5 waren."),
        ("rose", 1, "Op schema of gerealiseerd is er 1 meer dan op 30 september 2021, toen het er 7 waren."),
        ("fell", -2, "Op schema of gerealiseerd zijn er 2 minder dan op 30 september 2021, toen het er 10 waren."),
    ],
)
def test_more_and_fewer_projects_have_the_number_and_the_plural_that_go_with_them(
    told: Told, trend: str, change: int, expected: str
) -> None:
    said, _ = told.of(
        {"project_count.on_schedule_or_realised": {"trend": trend, "change": change, "previous": 8 - change}}
    )
    assert said[f"started_{trend}"] == expected
    assert "started_same" not in said


def test_commitments_that_fell_say_so_with_the_projects_and_the_reason(told: Told) -> None:
    said, left_out = told.of(
        {
            "committed.total": {"trend": "fell", "change": Decimal("-3650000"), "previous": Decimal("5650000")},
            "committed.decrease": {"figure": 4_000_000, "unit": "EUR"},
            "committed.fallen_projects": {
                "figure": 1,
                "words_nl": ["VV074"],
                "reason_nl": ["VV074: opdracht niet uitgevoerd"],
            },
        }
    )
    assert left_out == []
    assert said["committed_fell"].endswith("het vastgelegde bedrag daalde.")
    assert "€ 3,7 mln. minder" in said["committed_fell"]
    assert said["committed_decrease"] == "Bij 1 project (VV074) verminderden de vastleggingen, in totaal met € 4,0 mln."
    assert said["committed_decrease_reason"] == "Reden volgens de rapporteringen: VV074: opdracht niet uitgevoerd."


def test_a_fall_without_a_reason_in_the_returns_gives_none(told: Told) -> None:
    said, left_out = told.of(
        {
            "committed.decrease": {"figure": 4_000_000, "unit": "EUR"},
            "committed.fallen_projects": {"figure": 2, "words_nl": ["VV001", "VV002"]},
        }
    )
    assert "VV001 en VV002" in said["committed_decrease"]
    assert "committed_decrease_reason" not in said
    assert left_out == []


def test_of_thousands_a_sentence_names_twelve_and_counts_the_others(told: Told) -> None:
    codes = [f"VV{number:06}" for number in range(1, 5001)]
    said, _ = told.of(
        {
            "committed.decrease": {"figure": 4_000_000, "unit": "EUR"},
            "committed.fallen_projects": {"figure": 5000, "words_nl": codes, "reason_nl": [f"{c}: x" for c in codes]},
        }
    )
    assert "Bij 5.000 projecten (VV000001, VV000002," in said["committed_decrease"]
    assert "VV000011, VV000012 en nog 4.988)" in said["committed_decrease"]
    assert said["committed_decrease_reason"].endswith("VV000012: x en nog 4.988.")


def test_an_amount_that_doubled_is_said_to_have_doubled(told: Told) -> None:
    said, _ = told.of({"committed.total": {"trend": "rose", "change": 1_200_000, "previous": 800_000}})
    assert "meer dan het dubbele" in said["committed_doubled"]
    assert "committed_rose" not in said
    said, _ = told.of({"committed.total": {"trend": "rose", "change": 500_000, "previous": 1_500_000}})
    assert "committed_rose" in said
    assert "committed_doubled" not in said


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("change", [Decimal("123456.78"), Decimal("0.40")])
@pytest.mark.parametrize("trend", ["rose", "fell"])
def test_no_sentence_tells_nothing_as_more_or_less(told: Told, trend: str, change: Decimal, language: str) -> None:
    by = change if trend == "rose" else -change
    moved = {"trend": trend, "change": by, "previous": 300_000_000, "figure": 300_000_000 + by}
    restated = {"figure": change, "previous": 300_000_000, "unit": "EUR"}
    said, left_out = told.of(
        {
            **dict.fromkeys(("committed.total", "paid.total"), moved),
            **dict.fromkeys(("committed.restated_before", "paid.restated_before"), restated),
            "paid_change.total": {"figure": change},
            "committed.decrease": {"figure": change, "unit": "EUR"},
            "committed.fallen_projects": {"figure": 1, "words_nl": ["VV074"], "words_en": ["VV074"]},
            "speerpunt.most_delayed": {
                "figure": Decimal("0.004"),
                "unit": "percent",
                "words_nl": ["1"],
                "words_en": ["1"],
            },
        },
        language,
    )
    codes = {f"committed_{trend}", f"paid_{trend}", "committed_restated", "paid_restated", "committed_decrease"}
    assert codes | {"most_delayed"} <= set(said) and not left_out
    nothing = {code: text for code, text in said.items() if re.search(r"€ ?-?0([.,]0)? m|\(0[.,]0 ?%", text)}
    assert nothing == {}


@pytest.mark.parametrize("measure", ["committed", "paid"])
def test_a_change_of_some_projects_says_of_how_many_and_not_that_the_sum_changed_by_it(
    told: Told, measure: str
) -> None:
    some = {"trend": "of_some", "change": 840_000_000, "previous": 600_000_000, "figure": 2_340_000_000, "compared": 9}
    said, left_out = told.of({f"{measure}.total": some})
    assert said[f"{measure}_of_some"].startswith("Van 9 projecten is het ") and left_out == []
    assert said[f"{measure}_of_some"].endswith("; sinds 30 september 2021 veranderde het daar met +€ 840,0 mln.")
    assert not set(said) & {f"{measure}_{trend}" for trend in ("doubled", "rose", "fell", "same", "other_scope")}
    said, _ = told.of({f"{measure}.total": some | {"change": -400_000, "compared": 1}}, "en")
    assert said[f"{measure}_of_some"].startswith("Of 1 project the ")
    assert said[f"{measure}_of_some"].endswith("changed there by −€0.4 million.")
    checked, _ = told.parts({f"{measure}.total": some}, document="quality_check")
    assert f"checked_{measure}_of_some" in checked and f"checked_{measure}" not in checked
    other = {"committed": "paid", "paid": "committed"}[measure]
    assert checked[f"checked_{other}"].text.endswith(", op dezelfde projecten.")


def test_projects_whose_amount_is_not_known_are_counted_beside_the_share_that_holds_their_budget(told: Told) -> None:
    unknown = {"committed.missing": {"figure": 1}, "paid.missing": {"figure": 3}}
    said, left_out = told.of(unknown)
    assert said["committed_missing"] == (
        "Van 1 project is het vastgelegde bedrag niet bekend; zijn budget telt wel mee in het percentage."
    )
    assert said["paid_missing"] == (
        "Van 3 projecten is het vereffende bedrag niet bekend; hun budget telt wel mee in het percentage."
    )
    assert left_out == []
    said, _ = told.of(unknown, "en")
    assert said["committed_missing"] == (
        "Of 1 project the committed amount is not known; its budget does count in the percentage."
    )
    for none in ({}, unknown | {"committed.total": None, "paid.total": None}):
        said, _ = told.of(none)
        assert not set(said) & {"committed_missing", "paid_missing"}


@pytest.mark.parametrize(
    ("trend", "expected"), [("first", "dit is de eerste"), ("none_before", "geen bedragen bekend")]
)
def test_only_the_first_meetmoment_of_the_calendar_is_said_to_be_the_first(
    told: Told, trend: str, expected: str
) -> None:
    nothing_before = {"trend": trend, "previous": None, "change": None}
    said, left_out = told.parts(dict.fromkeys(("committed.total", "paid.total"), nothing_before), "nl", "quality_check")
    assert [expected in one.text for one in said.values()] == [True, False]
    assert left_out == []
    cover_note, _ = told.of({"project_count.oranje": nothing_before})
    assert cover_note["attention_first"] == "Bijzondere aandacht (oranje) vraagt 1 project."


@pytest.mark.parametrize(("language", "transfers"), [("nl", "overdrachten"), ("en", "transfers")])
def test_clusters_over_their_budget_are_told_apart_by_what_transfers_cover(
    told: Told, language: str, transfers: str
) -> None:
    said, _ = told.of({"cluster.over_by_transfers": {"figure": 1}, "cluster.over": {"figure": 2}}, language)
    assert said["clusters_over_by_transfers"].startswith("In 1 cluster ")
    assert said["clusters_over"].startswith("In 2 clusters ") and said["clusters_over"].endswith(f" {transfers}.")


def test_a_restated_amount_is_told_beside_what_was_first_published(told: Told) -> None:
    restated = {"figure": Decimal("-120000"), "previous": 2_120_000, "unit": "EUR"}
    said, _ = told.of({"committed.restated_before": restated})
    assert said["committed_restated"] == (
        "Het vastgelegde bedrag van 30 september 2021 is intussen herzien met € -0,1 mln.;"
        " eerst gepubliceerd was € 2,1 mln."
    )


def test_another_scope_is_never_compared_as_if_it_were_the_same(told: Told) -> None:
    said, left_out = told.of(
        {
            "scope.changed": {"figure": 9, "previous": 10, "change": -1, "trend": "other_scope"},
            "scope.reason": {"figure": 1, "words_nl": ["samengevoegd met VV002"], "words_en": ["merged into VV002"]},
            "committed.total": {"trend": "other_scope", "change": None},
            "paid.total": {"trend": "other_scope", "change": None},
            "project_count.on_schedule_or_realised": {"trend": "other_scope", "change": None},
        }
    )
    assert said["scope_changed"].startswith(
        "Opgevolgd worden nu 9 projecten (Alle projecten), bij de vorige meting waren"
    )
    assert said["scope_reason"] == "Reden volgens het register: samengevoegd met VV002."
    assert "kan dat niet worden vergeleken" in said["committed_other_scope"]
    assert not {code for code in said if code.endswith(("_rose", "_fell", "_same"))} & {"started_rose", "started_fell"}
    assert left_out == []


def test_a_sentence_without_its_figure_is_left_out_and_listed_with_what_it_lacks(told: Told) -> None:
    said, left_out = told.parts({"paid.total": None, "encours.total": {"figure": None}})
    lacks = {one.code: one.missing for one in left_out}
    assert "paid" not in said
    assert lacks["encours"] == ("encours.total.figure",)
    assert "paid.total.figure" in lacks["paid"]
    assert "committed" in said


def test_a_figure_carries_the_key_that_leads_to_it(told: Told) -> None:
    said, _ = told.parts({})
    key = short("veerkracht/agg_headline_figure_by_scope/m2/committed")
    assert [part.text for part in said["committed"].parts if part.key == key] == ["€\u00a02\u00a0mln."]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("document", declared.names())
def test_every_sentence_names_facts_there_are_in_words_there_are(told: Told, document: str, language: str) -> None:
    known = (declared.FOLDER / "facts.sql").read_text(encoding="utf-8")
    rows = [row for row in registry.rows(sentences.SEED) if row["document"] == document]
    told.parts({}, language, document)  # conditions are SQL that can be asked
    for row in rows:
        assert row["section"] in declared.document(document).sections
        assert row[language].endswith(".")
        assert not sentences._PLACEHOLDER.sub("", row[language]).count("{"), "every brace is a placeholder"
    families = {found.split(".")[0] for row in rows for found in sentences.named(row)}
    in_headlines = {"project_count", "project_share", "rrf_project_count", "milestone_share", "milestone_count"}
    in_headlines |= {"committed", "committed_share", "paid", "paid_share", "paid_change", "encours"}
    assert not {family for family in families - in_headlines if f"'{family}." not in known}


def test_every_document_with_sentences_is_declared() -> None:
    assert {row["document"] for row in registry.rows(sentences.SEED)} <= set(declared.names())
