"""A publisher that goes back to what it said, or speaks twice on one day: what the marts hold after the nights."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from kept_homes import put

from flows.night import Night, load_raw, receive
from flows.senders.answer import verdict
from flows.settings import Settings
from flows.warehouse import compiled, transform

PLAN, MEETMOMENT = "fr_barometre", "baro"
FIRST = datetime(2024, 5, 1, 1, 17, tzinfo=UTC)
HEADER = "indic_id,enforce_zone_id,metric_enforce_date,maille,indic_vi,indic_va,indic_vc,indic_ta"
Publication = tuple[str, Mapping[str, str]]
"""Name of the file, and zone -> value."""
ONE_DAY = "ind-308__2024-03-29"
NIGHTS: list[list[Publication]] = [
    [
        ("ind-328__2024-05-18__aaaa.csv", {"D01": "2171.0", "D38": "5558.0"}),
        # The registry says which of these two is the later one; their names alone, in order, would say the other way.
        (f"{ONE_DAY}__f63b4a92.csv", {"D01": "59.5", "D02": "60.5"}),
        (f"{ONE_DAY}__a8c7b942.csv", {"D01": "59.1", "D02": "60.1"}),
        # Of these nothing says it.
        ("ind-401__2024-03-29__bbbb.csv", {"D01": "1.0"}),
        ("ind-401__2024-03-29__aaaa.csv", {"D01": "2.0"}),
    ],
    [("ind-328__2024-05-22__bbbb.csv", {"D01": "1838.0", "D38": "479.0"})],
    [("ind-328__2024-05-24__cccc.csv", {"D01": "2171.0", "D38": "5558.0"})],
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The home of the plan after these nights, with the marts of the last of them."""
    folder = tmp_path_factory.mktemp("publications")
    settings = Settings(home=folder / "home", plan=PLAN)
    for number, publications in enumerate(NIGHTS):
        for name, values in publications:
            code = name.split("__")[0].upper()
            lines = [HEADER, *(f"{code},{zone},2023-11-01,DEPT,,{value},," for zone, value in values.items())]
            (folder / name).write_text("\n".join(lines) + "\n")
            put(settings, folder / name, PLAN, MEETMOMENT)
        assert len(receive(Night(settings, FIRST + timedelta(days=number)))) == len(publications)
    load_raw(Night(settings, FIRST + timedelta(days=len(NIGHTS))))
    transform.project(settings.warehouse)
    compiled.build(settings.warehouse, ["+fct_indicator_value", "+what_changed", *transform.ANSWERS], PLAN)
    return settings


def asked(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        return con.sql(query).fetchall()


def held(settings: Settings, indicator: str) -> list[tuple[Any, ...]]:
    return asked(
        settings,
        "select territory, cast(actual as double) from marts.fct_indicator_value"
        f" where indicator_code = '{indicator}' order by all",
    )


def test_after_the_same_bytes_again_the_marts_hold_them_and_both_changes_are_told(published: Settings) -> None:
    assert held(published, "IND-328") == [("D01", 2171.0), ("D38", 5558.0)]
    changes = asked(
        published,
        "select cast(old_value as double), cast(new_value as double), cast(known_from as date)::varchar"
        " from marts.what_changed where record_key like 'IND-328|D01|%' and field = 'actual' order by known_from",
    )
    assert changes == [(2171.0, 1838.0, "2024-05-02"), (1838.0, 2171.0, "2024-05-03")]


def test_of_two_publications_of_one_day_the_one_that_the_publisher_made_last_counts(published: Settings) -> None:
    assert held(published, "IND-308") == [("D01", 59.5), ("D02", 60.5)]


def test_where_nothing_says_which_is_the_last_both_senders_are_told(published: Settings) -> None:
    assert held(published, "IND-401") == [("D01", 1.0)], "by name, and never by checksum"
    told = {
        answer.file_name: [finding["expected"] for finding in answer.findings if finding["rule_id"] == "M12"]
        for answer in verdict.read(published.warehouse)
    }
    last = "ind-401__2024-03-29__bbbb.csv"
    assert {name: words for name, words in told.items() if words} == {
        "ind-401__2024-03-29__aaaa.csv": [last],
        last: [last],
    }
