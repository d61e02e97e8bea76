"""The documentation page: every mart is in it, nothing of the machine or the moment is."""

import json
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import DemoRun

from flows.release import kept
from flows.settings import PROJECT
from flows.warehouse import docs, transform


@pytest.fixture(scope="module")
def page(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("docs")
    return docs.write(small.settings.warehouse, folder).read_text(encoding="utf-8")


def test_the_page_says_what_every_mart_is(page: str) -> None:
    for path in (PROJECT / "models/marts").glob("*/*.sql"):
        grain = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- ")
        assert path.stem in page and json.dumps(grain, ensure_ascii=False) in page, path.stem
    assert "Every published number can be accounted for" in page


def test_the_page_names_no_place_and_no_moment(page: str, small: DemoRun) -> None:
    assert str(PROJECT) not in page and str(small.settings.home) not in page
    assert not re.search(
        r'"(invocation_id|generated_at|created_at|user_id|root_path|send_anonymous_usage_stats)": ', page
    )
    assert not re.search(r'<(script|link|img)[^>]{0,200}(src|href)="?(https?:)?//', page), "loads from elsewhere"


@pytest.mark.slow
def test_the_page_is_the_same_whatever_was_built_before(page: str, small: DemoRun, tmp_path: Path) -> None:
    current = kept.current(small.settings)
    assert current and (current.folder / docs.PAGE).read_text(encoding="utf-8") == page, "made in the last night"
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(small.settings.warehouse, warehouse)
    transform.build(warehouse, ("stg_submission",), "veerkracht", datetime(2022, 1, 1))
    docs.generate(warehouse, tmp_path)
    assert (tmp_path / docs.PAGE).read_text(encoding="utf-8") == page


def test_the_page_is_written_beside_readers(small: DemoRun, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _READER, str(small.settings.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        assert reader.stdout and reader.stdout.readline() == b"reading\n"
        docs.generate(small.settings.warehouse, tmp_path)


_READER = "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True); print('reading', flush=True); input()"


def test_a_page_that_names_a_place_is_not_written(
    small: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transform.project(small.settings.warehouse)

    def generate(warehouse: Path, arguments: list[str], project: Any) -> None:
        target = Path(arguments[arguments.index("--target-path") + 1])
        (target / "index.html").write_text('"MANIFEST.JSON INLINE DATA" "CATALOG.JSON INLINE DATA"', encoding="utf-8")
        content = {"comment": f"from {PROJECT}/x.csv"}
        (target / "catalog.json").write_text(json.dumps(content), encoding="utf-8")

    monkeypatch.setattr(transform, "run", generate)
    with pytest.raises(ValueError, match="the page names"):
        docs.generate(small.settings.warehouse, tmp_path)
    assert not (tmp_path / docs.PAGE).exists()


def test_a_page_is_made_anew_where_other_columns_were_made(small: DemoRun, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(small.settings.warehouse, warehouse)
    shutil.copytree(transform.manifest_path(small.settings.warehouse).parent, tmp_path / "dbt")
    with duckdb.connect(str(warehouse)) as con:
        con.execute("alter table staging.stg_submission add column column_of_this_test integer")
    assert "column_of_this_test" in docs.write(warehouse, tmp_path / "out").read_text(encoding="utf-8")
