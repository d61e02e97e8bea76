"""What a mart promises is asked of it on the night: its contract as it is made, key and references afterwards."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import DemoRun

from flows.settings import Settings
from flows.warehouse import load, transform

PLAN = "veerkracht"
KEY_TWICE = f"insert into registry.plan from registry.plan where plan_code = '{PLAN}'"
NO_SUCH_RULE = f"insert into registry.waiver by name select '{PLAN}' as plan_code, 'w' as waiver_id, 'NONE' as rule_id"
MARTS = ("+dim_plan", "+dim_rule", "+dim_scope", "+dim_waiver")


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """The registry, and nothing received."""
    settings = Settings(home=tmp_path, plan=PLAN)
    load.load(settings, {}, settings.warehouse, {})
    return settings.warehouse


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        # That whole marts pass is what every night by dbt stands on, the last one of `small` first.
        pytest.param("select 1", None, id="nothing is wrong", marks=pytest.mark.slow),
        pytest.param(
            f"{KEY_TWICE}; {NO_SUCH_RULE}",
            rf"(?s)(?=.*dim_plan: .*'key'.*plan_code.*{PLAN}.*2).*dim_waiver: .*'reference'.*rule_id.*NONE.*dim_rule",
            id="a key twice, and a reference to nothing",
        ),
        pytest.param(
            f"update registry.meetmoment set plan_code = null where plan_code = '{PLAN}'; "
            f"insert into registry.scope by name select '{PLAN}' as plan_code, null as scope_code",
            "dim_scope breaks its contract: empty are .*scope_code",
            id="empty where it may not be",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "alter table registry.scope alter scope_code type blob",
            "dim_scope breaks its contract: scope_code is BLOB, declared is VARCHAR",
            id="another type",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_broken_promise_fails_the_build_and_is_named(warehouse: Path, slip: str, said: str | None) -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute(slip)
    ended: list[tuple[int, int]] = []
    with pytest.raises(transform.TransformFailed, match=said) if said else nullcontext():
        transform.build(warehouse, MARTS, PLAN, on_done=lambda *told: ended.append(told))
    assert [done for done, _ in ended] == list(range(1, len(ended) + 1))
    assert len({total for _, total in ended}) == 1
    assert said or len(ended) == ended[0][1] > 100


def test_what_a_view_promises_is_asked_here_since_no_night_asks_it(small: DemoRun, manifest: dict[str, Any]) -> None:
    asked = set()
    with duckdb.connect(str(small.settings.warehouse), read_only=True) as con:
        views = {name for (name,) in con.sql("select view_name from duckdb_views() where not internal").fetchall()}
        for test in manifest["nodes"].values():
            model = manifest["nodes"].get(test.get("attached_node") or "", {})
            if (test.get("test_metadata") or {}).get("name") == "sound_rows" and model.get("name") in views:
                promised = {
                    k: v for k, v in test["test_metadata"]["kwargs"].items() if k in ("key", "filled", "values")
                }
                assert promised.keys() == {"key"}, "what is asked below"
                relation, key = f"{model['schema']}.{model['name']}", ", ".join(promised["key"])
                twice = con.sql(f"select {key}, count(*) from {relation} group by {key} having count(*) > 1 limit 3")
                assert twice.fetchall() == [], relation
                asked.add(model["name"])
    assert "stg_received" in asked


def test_a_column_that_the_contract_does_not_know_fails_the_build(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(transform.project(warehouse).nodes["model.veerkracht.dim_plan"].columns, "note")
    with pytest.raises(transform.TransformFailed, match="contract: note is VARCHAR, declared is no such column"):
        transform.build(warehouse, ["+dim_plan"], PLAN)
