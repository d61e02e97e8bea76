"""Docs: dbt's documentation of the warehouse as one static page, with nothing in it of the machine or the moment."""

import json
import tempfile
from pathlib import Path
from typing import Any

from flows.settings import PROJECT
from flows.warehouse import transform

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
    warehouse in it. Nothing in it depends on the moment, the machine or the rows.

    Args:
        warehouse: a built warehouse; it is only read.
        folder: where the page goes; it is made when it is not there.

    Raises:
        TransformFailed: when dbt could not generate the documentation.
        ValueError: when the page would still name a path of this machine.
    """
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
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / PAGE
    written.write_text(page, encoding="utf-8")
    return written


def _filtered(content: Any) -> Any:
    """The same without what says where, when or by whom."""
    if isinstance(content, dict):
        return {key: _filtered(value) for key, value in content.items() if key not in _OF_THE_MOMENT | _OF_THE_MACHINE}
    if isinstance(content, list):
        return [_filtered(value) for value in content]
    return content
