"""The documentation page: every mart is in it, nothing of the machine or the moment is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import DemoRun

from flows.settings import PROJECT
from flows.warehouse import docs, transform


@pytest.fixture(scope="module")
def page(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("docs")
    return docs.write(demo.settings.warehouse, folder).read_text(encoding="utf-8")


def test_the_page_says_what_every_mart_is(page: str) -> None:
    for path in (PROJECT / "models/marts").glob("*/*.sql"):
        grain = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- ")
        assert path.stem in page and json.dumps(grain, ensure_ascii=False) in page, path.stem
    assert "Every published number can be accounted for" in page


def test_the_page_names_no_place_and_no_moment(page: str, demo: DemoRun) -> None:
    assert str(PROJECT) not in page and str(demo.settings.home) not in page
    assert not re.search(r'"(invocation_id|generated_at|created_at|user_id|root_path)": ', page)
    assert not re.search(r'<(script|link|img)[^>]{0,200}(src|href)="?(https?:)?//', page), "loads from elsewhere"


def test_a_page_that_names_a_place_is_not_written(
    demo: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generate(warehouse: Path, arguments: list[str]) -> None:
        target = Path(arguments[arguments.index("--target-path") + 1])
        target.mkdir()
        (target / "index.html").write_text('"MANIFEST.JSON INLINE DATA" "CATALOG.JSON INLINE DATA"', encoding="utf-8")
        content: dict[str, Any] = {"compiled_code": f"select * from read_csv('{PROJECT}/x.csv')"}
        (target / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
        (target / "catalog.json").write_text("{}", encoding="utf-8")

    monkeypatch.setattr(transform, "run", generate)
    with pytest.raises(ValueError, match="the page names"):
        docs.write(demo.settings.warehouse, tmp_path / "out")
    assert not (tmp_path / "out").exists()
