"""The rules of dbt-project-evaluator that apply here, over the manifest of a parse; no warehouse is needed.

Not applied, with the reason: source freshness (a run's raw tables are made fresh from the archive), model fan-out and
source fan-out (every fact of one plan rests on the same versions, that is the point), directories of sources and tests
by name (one yml set per folder is checked instead).
"""

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from expectations.gate import SUITES
from flows import registry
from flows.forms import contents
from flows.settings import PROJECT
from flows.warehouse import transform

# What asks the marts, and what says which of them a page or a document is made of.
READS = {".sql", ".j2", ".typ", ".yml", ".py"}

PREFIXES = {
    "registry": ("reg_",),
    "staging": ("stg_",),
    "gate": ("gate_",),
    "intermediate": ("int_",),
    "marts": ("dim_", "fct_", "agg_", "bridge_", "what_changed", "project_fiche"),
    "semantic": ("sem_",),
}
MOST_PARENTS = 7
# Read by one model that also reads what they come from, and yet no detour: each is one grain with a name of its own.
STEPS = {"int_status_fact", "int_movement", "int_restatement"}
# All record types, all that an aggregate is checked against, or all that may register a loss, side by side.
MANY_PARENTS = {
    "stg_record_row",
    "stg_published_text",
    "gate_submission",
    "int_row_of_two_senders",
    "stg_column_check",
    "gate_version",
    "int_record_version",
    "int_field_difference",
    "int_fact_project",
    "int_submission_replaced",
    "int_project_lost",
    "fct_identity_check",
    "project_fiche",  # all that is known of a project
}

# Rule -> model -> why it may. An exception that is no longer needed fails too.
EXCEPTIONS = {
    "joins a source with a model": {
        **{
            f"stg_{record}": "a received row means nothing without its submission and its layout"
            for record in (row["record"] for row in registry.rows("contract/record"))
        },
        "stg_source_column": "a header means nothing without the layout of its sheet",
        "stg_received": "the text of a cell stands in the row received",
        "stg_sheet": "only the sheets of submissions known at the moment of the run",
    },
    "joins several sources": {},
}


class Project:
    """The parsed project, with the questions the rules ask of it."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self.manifest = manifest
        self.nodes: dict[str, dict[str, Any]] = manifest["nodes"]
        self.models = {name: node for name, node in self.nodes.items() if node["resource_type"] == "model"}
        self.seeds = {name: node for name, node in self.nodes.items() if node["resource_type"] == "seed"}
        self.tests = [node for node in self.nodes.values() if node["resource_type"] == "test"]
        self.sources: dict[str, dict[str, Any]] = manifest["sources"]
        self.exposures: dict[str, dict[str, Any]] = manifest["exposures"]
        self.marts = {name: node for name, node in self.models.items() if self.layer(name) == "marts"}

    def layer(self, name: str) -> str:
        return str(self.models[name]["fqn"][1])

    def parents(self, name: str, kind: str = "model") -> set[str]:
        """The parents of a kind; a view of the plan's rows of a seed is a seed here, and its key is tested there."""
        found = self.models[name]["depends_on"]["nodes"]
        return {p for p in found if p.startswith(f"{kind}.") and not (kind == "model" and self.is_view_of_seed(p))}

    def is_view_of_seed(self, name: str) -> bool:
        return name in self.models and self.layer(name) == "registry"

    def children(self, name: str) -> set[str]:
        return {child for child in self.models if name in self.models[child]["depends_on"]["nodes"]}

    def tested(self, name: str) -> list[dict[str, Any]]:
        return [test for test in self.tests if test.get("attached_node") == name]


@pytest.fixture(scope="module")
def project(manifest: dict[str, Any]) -> Project:
    return Project(manifest)


def excepting(rule: str, found: set[str]) -> set[str]:
    """What breaks the rule without an exception, and the exceptions that nothing needs any more."""
    return found ^ set(EXCEPTIONS[rule])


def test_no_model_joins_a_source_with_a_model(project: Project) -> None:
    found = {
        n["name"] for name, n in project.models.items() if project.parents(name, "source") and project.parents(name)
    }
    assert not excepting("joins a source with a model", found)


def test_no_model_joins_several_sources(project: Project) -> None:
    found = {n["name"] for name, n in project.models.items() if len(project.parents(name, "source")) > 1}
    assert not excepting("joins several sources", found)


def test_each_source_is_read_and_named_once(project: Project) -> None:
    read = {parent for name in project.models for parent in project.parents(name, "source")}
    assert read == set(project.sources)
    relations = Counter(source["relation_name"] for source in project.sources.values())
    assert max(relations.values()) == 1


def test_each_model_has_a_parent_and_names_no_table_itself(project: Project) -> None:
    for name, node in project.models.items():
        assert node["depends_on"]["nodes"], node["name"]
        assert not re.search(r"(?<!distinct )\b(from|join)\s+\w+\.\w+", node["raw_code"]), node["name"]
        assert len(project.parents(name)) <= MOST_PARENTS or node["name"] in MANY_PARENTS, node["name"]


def test_no_model_rejoins_what_it_comes_from(project: Project) -> None:
    """A -> B -> C beside A -> C, where nobody else reads B: then B is a detour."""
    found = [
        f"{grandparent} -> {parent} -> {name}"
        for name in project.models
        for parent in project.parents(name)
        for grandparent in project.parents(parent) & project.parents(name)
        if project.children(parent) == {name} and project.layer(parent) == project.layer(name)
        if parent not in project.marts and project.models[parent]["name"] not in STEPS
    ]
    assert not found


def test_names_say_the_layer(project: Project) -> None:
    for name, node in project.models.items():
        assert node["name"].startswith(PREFIXES[project.layer(name)]), node["name"]


def test_each_model_is_described_in_its_own_folder_and_marts_lie_by_subject(project: Project) -> None:
    for name, node in project.models.items():
        described = Path(node["patch_path"].split("://")[1])
        assert described.parent == Path(node["original_file_path"]).parent, node["name"]
        assert project.layer(name) != "marts" or len(node["fqn"]) == 4, node["name"]


def test_every_model_is_tested_and_has_a_key_and_every_seed_promises_one(project: Project) -> None:
    """What a seed promises is asked of its text, before dbt (docs/adr/0019)."""
    for node in project.seeds.values():
        assert node["config"]["meta"].keys() & {"key", "unique"}, node["name"]
    models = {name: node for name, node in project.models.items() if not project.is_view_of_seed(name)}
    for name, node in models.items():
        assert project.tested(name), node["name"]
        kinds = {test["test_metadata"]["name"] for test in project.tested(name)}
        assert ("sound_mart" if name in project.marts else "sound_rows") in kinds, node["name"]


def test_everything_is_described(project: Project) -> None:
    described = [
        *project.models.values(),
        *project.seeds.values(),
        *project.sources.values(),
        *project.exposures.values(),
    ]
    assert [node["name"] for node in described if not node["description"]] == []
    columns = [
        f"{node['name']}.{column['name']}"
        for node in described
        for column in node.get("columns", {}).values()
        if not column["description"]
    ]
    assert columns == []
    assert [node["name"] for node in project.seeds.values() if not node["columns"]] == []
    assert [group for group in project.manifest["groups"].values() if not group["description"]] == []


def test_each_suite_of_the_gates_names_a_failing_row_by_its_key(project: Project) -> None:
    keys = {
        test["attached_node"].split(".")[-1]: test["test_metadata"]["kwargs"]["key"]
        for test in project.tests
        if test.get("test_metadata", {}).get("name") in ("sound_rows", "sound_mart")
        and "seed." not in test["attached_node"]
    }
    for path in SUITES.rglob("*.json"):
        meta = json.loads(path.read_text(encoding="utf-8"))["meta"]
        assert meta["key"] == keys[meta["table"].split(".")[1]], path.name


def test_every_macro_is_described_with_its_arguments(project: Project) -> None:
    """That the names are those of the macro is dbt's own check (flag validate_macro_args)."""
    macros = [macro for macro in project.manifest["macros"].values() if macro["package_name"] == "veerkracht"]
    assert len(macros) > 30
    assert [macro["name"] for macro in macros if not macro["description"]] == []
    unsaid = [f"{m['name']}.{a['name']}" for m in macros for a in m["arguments"] if not a["description"]]
    assert unsaid == []


def test_an_argument_that_a_macro_does_not_have_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of a project that has these macros and no models, of which dbt reads little."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "macros", project / "macros")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(PROJECT / name, project / name)
    monkeypatch.setattr(transform, "PROJECT", project)
    monkeypatch.setenv("VEERKRACHT_CACHE", str(tmp_path / "cache"))
    path = project / "macros" / "_macros.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("name: denominator", "name: divisor"), encoding="utf-8")
    with pytest.raises(transform.TransformFailed, match="Argument divisor in yaml for macro pct does not match"):
        transform.project(tmp_path / "build" / "warehouse.duckdb")


def test_the_columns_of_a_seed_are_those_of_its_file(project: Project) -> None:
    for node in project.seeds.values():
        header = (PROJECT / node["original_file_path"]).read_text(encoding="utf-8").splitlines()[0].split(",")
        assert list(node["columns"]) == header, node["name"]


def test_what_is_public_has_a_contract_and_all_and_only_marts_are(project: Project) -> None:
    assert {name for name, node in project.models.items() if node["access"] == "public"} == set(project.marts)
    for node in project.marts.values():
        assert node["contract"]["enforced"], node["name"]
        assert all(column["data_type"] for column in node["columns"].values()), node["name"]


def test_every_model_has_somebody_who_answers_for_it(project: Project) -> None:
    owners = {group["name"]: group["owner"]["name"] for group in project.manifest["groups"].values()}
    for node in project.models.values():
        assert owners.get(node["group"]), node["name"]


def test_staging_is_private(project: Project) -> None:
    access = {node["access"] for name, node in project.models.items() if project.layer(name) == "staging"}
    assert access == {"private"}


def test_site_and_reports_stand_on_the_marts_that_they_name(project: Project) -> None:
    """What reads a mart is found in its queries, templates and declarations; the lineage says the same."""
    marts = {path.stem for path in (PROJECT / "models" / "marts").glob("*/*.sql")}
    for exposure in (found for found in project.exposures.values() if found["name"] in ("site", "reports")):
        rooms = (PROJECT / exposure["name"], PROJECT / "flows" / exposure["name"])
        read = [path for room in rooms for path in room.rglob("*") if path.suffix in READS]
        named = {word for path in read for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))} & marts
        stands_on = {project.nodes[parent]["name"] for parent in exposure["depends_on"]["nodes"]}
        assert stands_on == named, f"models/_exposures.yml, {exposure['name']}: {sorted(stands_on ^ named)}"


def test_exposures_stand_on_public_tables(project: Project) -> None:
    for exposure in project.exposures.values():
        for parent in exposure["depends_on"]["nodes"]:
            node = project.nodes[parent]
            assert (node["access"], node["config"]["materialized"]) == ("public", "table"), (exposure["name"], parent)
        assert exposure["config"]["meta"]["destinations"], exposure["name"]


def test_open_data_is_every_mart(project: Project) -> None:
    (open_data,) = (exposure for exposure in project.exposures.values() if exposure["name"] == "open_data")
    assert set(open_data["depends_on"]["nodes"]) == set(project.marts)


def test_no_view_stands_on_a_view(project: Project) -> None:
    views = {name for name, node in project.models.items() if node["config"]["materialized"] == "view"}
    assert not [name for name in views if project.parents(name) & views]


def test_metrics_stand_on_a_mart_and_are_described(project: Project) -> None:
    for metric in project.manifest["metrics"].values():
        assert metric["description"] and metric["label"], metric["name"]
    for semantic in project.manifest["semantic_models"].values():
        (model,) = semantic["depends_on"]["nodes"]
        assert project.parents(model) <= set(project.marts), semantic["name"]


def test_every_key_that_others_refer_to_is_named(project: Project) -> None:
    """A mart with a key of one column is found under it, and nothing else is: a reference leads to one row."""
    keys = {
        tuple(test["test_metadata"]["kwargs"]["key"]): test["attached_node"].split(".")[-1]
        for test in project.tests
        if test.get("attached_node") in project.marts and test["test_metadata"]["name"] == "sound_mart"
    }
    of_one_column = {key[0]: mart for key, mart in keys.items() if len(key) == 1 and mart.startswith("dim_")}
    assert of_one_column == contents.referred_to(project.manifest)


def test_a_relationship_of_part_of_the_rows_is_no_foreign_key(project: Project) -> None:
    """What only the register says may be of a project that no return has."""
    marts = contents.from_manifest(project.manifest, "veerkracht")
    events = next(mart for mart in marts if mart.name == "fct_project_event")
    assert {key.column for key in events.foreign_keys} == {"meetmoment_code", "submission_id"}
