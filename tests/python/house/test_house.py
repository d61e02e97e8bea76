"""The walls of the house: layers, registry, YAML, lock file."""

import importlib.metadata
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import DemoRun
from dbt.jsonschemas.jsonschemas import project_schema, resources_schema
from unit_tests import run_unit_tests

from expectations import gate
from flows.project import read_yaml
from flows.settings import PROJECT

# Codes of layouts are of one plan each, so that what a sheet is read by names its plan already.
LAYOUTS_ARE_READ_BY = {"stg_layout_word", "stg_sheet", "stg_source_column"}
ALLOWED = {
    "registry": {"seed", "registry"},
    "staging": {"source", "seed", "registry", "staging"},
    # What compares is judged beside what was accepted: the gate and the layer above it alternate (docs/adr/0012).
    "gate": {"staging", "intermediate"},
    "intermediate": {"seed", "registry", "staging", "gate", "intermediate"},
    "marts": {"seed", "registry", "intermediate", "marts"},
    "semantic": {"marts"},
}


def layer(unique_id: str, manifest: dict[str, Any]) -> str:
    kind = unique_id.split(".")[0]
    return str(manifest["nodes"][unique_id]["fqn"][1]) if kind == "model" else kind


def models(manifest: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from ((name, node) for name, node in manifest["nodes"].items() if node["resource_type"] == "model")


def test_each_model_looks_one_layer_down(manifest: dict[str, Any]) -> None:
    crossing = [
        f"{node['name']} -> {parent}"
        for name, node in models(manifest)
        for parent in node["depends_on"]["nodes"]
        if layer(parent, manifest) not in ALLOWED[layer(name, manifest)]
    ]
    assert not crossing


def test_only_the_registry_knows_of_other_plans(manifest: dict[str, Any]) -> None:
    seeds = {name for name, node in manifest["nodes"].items() if "plan_code" in node.get("columns", {})}
    readers = {
        node["name"]
        for name, node in models(manifest)
        if layer(name, manifest) != "registry" and seeds & {p for p in node["depends_on"]["nodes"] if "seed" in p}
    }
    assert readers == LAYOUTS_ARE_READ_BY


def test_each_model_says_its_grain_and_describes_its_columns(manifest: dict[str, Any]) -> None:
    for _, node in models(manifest):
        first_line = (PROJECT / node["original_file_path"]).read_text(encoding="utf-8").splitlines()[0]
        assert node["description"].startswith("One row per"), node["name"]
        mark = "#" if node["language"] == "python" else "--"
        assert first_line == f"{mark} {node['description']}", node["name"]
        assert node["columns"], node["name"]
        assert all(column["description"] for column in node["columns"].values()), node["name"]


def test_each_model_of_the_gate_stands_on_the_tables_that_its_suites_judge(manifest: dict[str, Any]) -> None:
    names: dict[str, gate.Suites] = {
        "gate_submission": "submission",
        "gate_candidate": "comparison/candidate",
        "gate_version": "comparison/version",
    }
    found = {node["name"]: node for name, node in models(manifest) if layer(name, manifest) == "gate"}
    assert set(found) == set(names)
    for name, node in found.items():
        judged = {suite["meta"]["table"].split(".")[1] for suite in gate.suites(names[name])}
        assert {parent.split(".")[-1] for parent in node["depends_on"]["nodes"]} == judged, name


def test_the_overview_names_each_mart_for_one_question(manifest: dict[str, Any]) -> None:
    rows = (PROJECT / "models" / "overview.md").read_text(encoding="utf-8").splitlines()
    named = [name for row in rows if row.startswith("| ") for name in re.findall(r"`([a-z_]+)`", row.split("|")[2])]
    marts = [node["name"] for name, node in models(manifest) if layer(name, manifest) == "marts"]
    # An ending names all marts that have it.
    each = [[mart for mart in marts if mart.endswith(name)] if name.startswith("_") else [name] for name in named]
    assert sorted(itertools.chain.from_iterable(each)) == sorted(marts)


def yaml_of_dbt() -> list[Path]:
    return sorted(path for room in ("models", "macros", "seeds", "tests") for path in PROJECT.glob(f"{room}/**/*.yml"))


@pytest.mark.parametrize("path", yaml_of_dbt(), ids=lambda p: p.name)
def test_yaml_is_what_dbt_means(path: Path) -> None:
    assert importlib.metadata.version("dbt-core").startswith("1.11."), "the schemas are an internal module of dbt"
    content = read_yaml(path)
    assert yaml_errors(content) == []


def yaml_errors(content: dict[str, Any]) -> list[str]:
    """What dbt's own schemas say of one of its YAML files.

    The schemas of 1.11 describe the metrics of 1.12 already, and semantic models not at all. dbt's parser refuses
    unknown keys in both, but not beneath ``config``; those are held against the schemas of such a ``config``.
    """
    schema = resources_schema()
    plain = {name: value for name, value in content.items() if name != "semantic_models"}
    plain["metrics"] = [
        {key: value for key, value in metric.items() if key != "type_params"} for metric in content.get("metrics", [])
    ]
    found = list(jsonschema.Draft7Validator(schema).iter_errors(plain))
    for model in content.get("semantic_models", []):
        elements = [part for kind in ("entities", "dimensions", "measures") for part in model.get(kind, [])]
        for part, kind in [(model, "MetricConfig"), *((element, "SemanticLayerElementConfig") for element in elements)]:
            of_config = {"$ref": f"#/definitions/{kind}", "definitions": schema["definitions"]}
            found += jsonschema.Draft7Validator(of_config).iter_errors(part.get("config", {}))
    return [f"{list(e.absolute_path)}: {e.message[:200]}" for e in found]


@pytest.mark.parametrize("typo", ["descriptionn: One row.", "config: {materializedd: table}", "colums: []"])
def test_a_typo_in_yaml_is_found(typo: str) -> None:
    assert yaml_errors(yaml.safe_load(f"models:\n  - name: m\n    {typo}\n"))


@pytest.mark.parametrize(
    "typo",
    [
        "metrics: [{name: m, type: simple, descriptionn: One., type_params: {measure: m}}]",
        "metrics: [{name: m, type: simple, type_params: {measure: m}, config: {enabledd: true}}]",
        "semantic_models: [{name: m, config: {enabledd: true}}]",
        "semantic_models: [{name: m, measures: [{name: n, config: {mata: {}}}]}]",
        "semantic_models: [{name: m, dimensions: [{name: n, config: {mata: {}}}]}]",
    ],
)
def test_a_typo_in_the_yaml_of_metrics_is_found(typo: str) -> None:
    assert yaml_errors(yaml.safe_load(typo))


def test_the_yaml_of_metrics_may_configure_what_dbt_knows() -> None:
    content = "metrics: [{name: m, type: simple, type_params: {measure: m}, config: {enabled: true, meta: {a: 1}}}]"
    assert yaml_errors(yaml.safe_load(content)) == []


def test_the_project_file_is_what_dbt_means() -> None:
    content = read_yaml(PROJECT / "dbt_project.yml")
    assert list(jsonschema.Draft7Validator(project_schema()).iter_errors(content)) == []


def test_unit_tests_of_the_business_rules(small: DemoRun, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    warehouse.write_bytes(small.settings.warehouse.read_bytes())
    run_unit_tests(warehouse)


def test_sql_that_is_not_linted_is_one_call_of_a_macro_of_which_another_file_is() -> None:
    lines = (PROJECT / ".sqlfluffignore").read_text(encoding="utf-8").splitlines()
    ignored = {PROJECT / line for line in lines if not line.startswith("#")}

    def macro(path: Path) -> str:
        code = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("--")]
        called = re.fullmatch(r"\{\{ (\w+)\(.*\) \}\}", " ".join(code))
        return called[1] if called else ""

    linted = {macro(path) for path in (PROJECT / "models").rglob("*.sql") if path not in ignored} - {""}
    assert {path.name for path in ignored if macro(path) not in linted} == set()


@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        ("requirements.lock", 70),
        ("requirements-dev.lock", 110),
        ("requirements-spark.lock", 80),
        ("benchmarks/requirements-sqlmesh.lock", 50),
        ("tests/mutants/requirements.lock", 20),
        ("tests/bi/requirements.lock", 2),
        ("tests/bi/requirements-ckan.lock", 2),
        ("tests/bi/requirements-superset.lock", 140),
    ],
)
def test_a_lock_has_hashes_and_names_no_index(name: str, at_least: int) -> None:
    lock = (PROJECT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index|--find-links", lock)
    pinned = re.findall(r"^[a-z0-9._-]+(?:\[[a-z,]+\])?==", lock, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[a-z0-9].*\\\n    --hash", lock, re.MULTILINE)) > at_least


def test_who_develops_has_what_who_runs_it_has_and_who_runs_it_has_no_tools() -> None:
    running, developing = (
        set(re.findall(r"^[a-z0-9._-]+==\S+", (PROJECT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert running < developing
    names = {pin.partition("==")[0] for pin in running}
    assert not names & {"polars", "metricflow", "pytest", "mypy", "ruff", "psycopg", "frictionless", "jsonschema-path"}
