"""What a real Superset says and draws of a release, for tests: it is in an environment of its own (`make superset`)."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from flows.settings import PROJECT

ASK = PROJECT / "tests" / "bi" / "ask_superset.py"
SUPERSET = PROJECT / ".venv-superset" / "bin" / "python"


@contextmanager
def superset(folder: Path, **asked: Any) -> Iterator[dict[str, Any]]:
    """What a Superset answers that knows nothing but the address of a release, and while it serves what it draws.

    Skipped where it is not installed.
    """
    if not SUPERSET.exists():
        pytest.skip("no Superset here; `make superset` installs it and asks this test")
    (folder / "superset").mkdir()
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    command = [str(SUPERSET), str(ASK), str(folder / "superset"), str(folder / "asked.json")]
    with (folder / "superset.log").open("w+", encoding="utf-8") as log:
        ran = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert ran.stdin and ran.stdout
        try:
            line = ran.stdout.readline()
            assert line, (folder / "superset.log").read_text(encoding="utf-8")[-4000:]
            yield json.loads(line)
        finally:
            ran.stdin.close()
            ran.wait(timeout=60)
            ran.stdout.close()


# What the library that draws was told: it stands with the component around the canvas.
OPTIONS = """canvas => {
    let place = canvas.closest('[_echarts_instance_]');
    const key = Object.keys(place).find(name => name.startsWith('__reactFiber$'));
    for (let fiber = place[key]; fiber; fiber = fiber.return) {
        const options = fiber.memoizedProps && fiber.memoizedProps.echartOptions;
        if (options) {
            return options.series.flatMap(series => series.data.map(point => {
                const [label, value] = point.value || point;
                return {label, value, colour: (point.itemStyle || series.itemStyle).color};
            }));
        }
    }
}"""


def drawn_bars(drawn: dict[str, Any], picture: Path) -> list[dict[str, Any]]:
    """The bars of the chart of a dashboard as a browser drew it, from left to right, and a picture of it."""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.request.post(f"{drawn['address']}/login/", form=drawn["account"])
        page.goto(f"{drawn['address']}/superset/dashboard/{drawn['dashboard']}/?standalone=2")
        canvas = page.locator("canvas").first
        canvas.wait_for(timeout=180_000)
        page.wait_for_timeout(3_000)  # bars grow before they stand
        canvas.screenshot(path=picture)
        bars: list[dict[str, Any]] = canvas.evaluate(OPTIONS)
        browser.close()
    return bars


def places(picture: Path, colours: Sequence[str]) -> list[float]:
    """How far from the left of a picture each colour stands, of those that fill anything."""
    with Image.open(picture) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    found = []
    for colour in colours:
        wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        columns = np.nonzero((np.abs(pixels - wanted).max(axis=2) <= 2).sum(axis=0) > 4)[0]
        if columns.size:
            found.append(float(columns.mean()))
    return found


def naive_chart(dataset: dict[str, str], metric: str, by: Sequence[str] = (), **filters: str) -> dict[str, Any]:
    """What Superset asks for a chart on which somebody chose a measure, by what it stands, and one meetmoment."""
    told = {"expressionType": "SQL", "sqlExpression": metric, "label": "figure"}
    chosen = [{"col": column, "op": "==", "val": value} for column, value in filters.items()]
    query = {"columns": list(by), "metrics": [told], "filters": chosen}
    return {"dataset": dataset, "query": {**query, "orderby": [[column, True] for column in by], "row_limit": 1000}}
