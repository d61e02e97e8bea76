"""Docs: dbt's documentation of the warehouse as one static page, with nothing in it of the machine or the moment."""

import hashlib
import json
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from flows.settings import PROJECT, Settings
from flows.warehouse import cache, transform

PAGE = "dbt_docs.html"

# What says where, when or by whom; a reader of the page needs none of it, nor the switch of dbt's tracker in it.
_OF_THE_MOMENT = {
    *("generated_at", "invocation_id", "invocation_started_at", "user_id", "project_id", "env", "created_at"),
    *("run_started_at", "send_anonymous_usage_stats"),
}
_OF_THE_MACHINE = {"root_path", "build_path", "compiled_path", "deferred"}


def write(warehouse: Path, folder: Path) -> Path:
    """Write the documentation of every model, column, test and exposure to ``folder``; the path of the page.

    It is dbt's own static page, which loads nothing from elsewhere, with the project as parsed and the types of the
    warehouse in it. Nothing in it depends on the moment, the machine or the rows, so that it is kept.

    Args:
        warehouse: a built warehouse; it is only read.
        folder: where the page goes; it is made when it is not there.

    Raises:
        TransformFailed: when dbt could not generate the documentation.
        ValueError: when the page would still name a path of this machine.
    """
    kept = Settings().cache / "docs" / _key(warehouse)
    made = cache.entry(kept, lambda target: generate(warehouse, target)) / PAGE
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(made, folder / PAGE))


def _key(warehouse: Path) -> str:
    """All that the page is a function of: dbt, the project as parsed, the columns that were made, and this file."""
    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')} {warehouse.stem}".encode())
    with duckdb.connect(str(warehouse), read_only=True) as con:
        made = con.sql(
            "select schema_name, table_name, column_name, column_index, data_type from duckdb_columns()"
            " where not internal order by all"
        ).fetchall()
    for part in (Path(__file__).read_bytes(), transform.manifest_path(warehouse).read_bytes(), repr(made).encode()):
        digest.update(b"\0" + part)
    return digest.hexdigest()[:24]


def generate(warehouse: Path, folder: Path) -> None:
    """Have dbt make the page in ``folder``, whatever was kept."""
    project = transform.project(warehouse)
    with tempfile.TemporaryDirectory(dir=warehouse.parent) as scratch:
        target = Path(scratch)
        # Not --static, which puts in both files unfiltered; not compiled, which takes as long as a part of the night.
        arguments = ["docs", "generate", "--no-compile", "--target", "read", "--quiet", *transform.where(warehouse)]
        arguments[arguments.index("--target-path") + 1] = scratch
        transform.run(warehouse, arguments, project)
        page = target.joinpath("index.html").read_text(encoding="utf-8")
        catalog = target.joinpath("catalog.json").read_text(encoding="utf-8")
    manifest = transform.manifest_path(warehouse).read_text(encoding="utf-8")
    for place, told in (("MANIFEST.JSON INLINE DATA", manifest), ("CATALOG.JSON INLINE DATA", catalog)):
        text = json.dumps(_filtered(json.loads(told)), ensure_ascii=False, sort_keys=True)
        if f'"{place}"' not in page:
            raise ValueError(f"dbt's page has no place for {place} any more")
        page = page.replace(f'"{place}"', text.replace("</", "<\\/"))
    for private in (str(PROJECT), str(warehouse.parent), str(Path.home()) + "/"):
        if private in page:
            raise ValueError(f"the page names {private}")
    (folder / PAGE).write_text(page, encoding="utf-8")


def _filtered(content: Any) -> Any:
    """The same without what says where, when or by whom."""
    if isinstance(content, dict):
        return {key: _filtered(value) for key, value in content.items() if key not in _OF_THE_MOMENT | _OF_THE_MACHINE}
    if isinstance(content, list):
        return [_filtered(value) for value in content]
    return content
