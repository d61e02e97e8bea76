"""The walls of the house: layers, registry, YAML, lock file."""

import csv
import importlib.metadata
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import DemoRun
from dbt.jsonschemas.jsonschemas import project_schema, resources_schema

from flows import registry
from flows.settings import PROJECT
from flows.warehouse import transform

ALLOWED = {
    "staging": {"source", "seed", "staging"},
    "intermediate": {"source", "seed", "staging", "intermediate"},
    "marts": {"seed", "intermediate", "marts"},
    "semantic": {"marts"},
}


@pytest.fixture(scope="module")
def manifest(demo: DemoRun) -> dict[str, Any]:
    path = demo.settings.build / "dbt" / "manifest.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


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


def test_each_model_says_its_grain_and_describes_its_columns(manifest: dict[str, Any]) -> None:
    for _, node in models(manifest):
        first_line = (PROJECT / node["original_file_path"]).read_text(encoding="utf-8").splitlines()[0]
        assert node["description"].startswith("One row per"), node["name"]
        assert first_line == f"-- {node['description']}", node["name"]
        assert node["columns"], node["name"]
        assert all(column["description"] for column in node["columns"].values()), node["name"]


def test_each_mart_has_a_contract_and_a_key(manifest: dict[str, Any]) -> None:
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("test_metadata", {}).get("name") == "unique_key"
    }
    for name, node in models(manifest):
        if layer(name, manifest) == "marts":
            assert node["contract"]["enforced"] and name in keyed, node["name"]


@pytest.mark.parametrize("path", sorted(PROJECT.glob("[mst]*/**/*.yml")), ids=lambda p: p.name)
def test_yaml_is_what_dbt_means(path: Path) -> None:
    assert importlib.metadata.version("dbt-core").startswith("1.11."), "the schemas are an internal module of dbt"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    # The schemas of 1.11 describe the metrics of 1.12 already; in metrics dbt's own parser refuses unknown keys.
    content.pop("metrics", None)
    errors = jsonschema.Draft7Validator(resources_schema()).iter_errors(content)
    assert [f"{list(e.absolute_path)}: {e.message[:200]}" for e in errors] == []


@pytest.mark.parametrize("typo", ["descriptionn: One row.", "config: {materializedd: table}", "colums: []"])
def test_a_typo_in_yaml_is_found(typo: str) -> None:
    content = yaml.safe_load(f"models:\n  - name: m\n    {typo}\n")
    assert list(jsonschema.Draft7Validator(resources_schema()).iter_errors(content))


def test_the_project_file_is_what_dbt_means() -> None:
    content = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert list(jsonschema.Draft7Validator(project_schema()).iter_errors(content)) == []


def test_unit_tests_of_the_business_rules(demo: DemoRun, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    warehouse.write_bytes(demo.settings.warehouse.read_bytes())
    transform.run(warehouse, ["test", "--quiet", "--select", "test_type:unit", *transform.where(warehouse)])


def test_each_layout_maps_fields_of_the_contract() -> None:
    fields = {(row["record"], row["field"]) for row in registry.rows("contract/record_field")}
    for row in registry.rows("layouts/layout_column"):
        if row["record"]:
            assert (row["record"], row["field"]) in fields, row
            assert bool(row["source_column"]) != bool(row["constant"]), row


def test_each_layout_maps_the_required_fields_of_its_records() -> None:
    required = {
        (row["record"], row["field"]) for row in registry.rows("contract/record_field") if row["is_required"] == "true"
    }
    mapped: dict[tuple[str, str, str], set[str]] = {}
    for row in registry.rows("layouts/layout_column"):
        if row["record"]:
            mapped.setdefault((row["layout_code"], row["record"], row["instance"]), set()).add(row["field"])
    for (layout, record, instance), fields in mapped.items():
        missing = {field for of, field in required if of == record} - fields
        assert not missing, (layout, instance, missing)


def test_no_word_means_two_codes() -> None:
    words: dict[tuple[str, str], set[str]] = {}
    for row in registry.rows("codes/code"):
        for word in (row["code"], row["label_nl"], row["label_en"]):
            words.setdefault((row["code_list"], word.lower()), set()).add(row["code"])
    for row in registry.rows("codes/code_synonym"):
        words.setdefault((row["code_list"], row["synonym"].lower()), set()).add(row["code"])
    assert {key: codes for key, codes in words.items() if len(codes) > 1} == {}


def test_no_null_word_has_two_states_in_one_layout() -> None:
    general = {row["word"].lower() for row in registry.rows("layouts/layout_null_word") if not row["layout_code"]}
    own = [row["word"].lower() for row in registry.rows("layouts/layout_null_word") if row["layout_code"]]
    assert not general & set(own)


@pytest.mark.parametrize("path", sorted(PROJECT.glob("seeds/**/*.csv")), ids=lambda p: p.name)
def test_seeds_are_whole(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    assert len({len(row) for row in rows}) == 1


def test_the_lock_has_hashes_and_names_no_index() -> None:
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index|--find-links", lock)
    pinned = re.findall(r"^[a-z0-9._-]+(?:\[[a-z,]+\])?==", lock, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[a-z0-9].*\\\n    --hash", lock, re.MULTILINE)) > 100
