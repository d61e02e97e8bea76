"""Charts as SVG: the same on any machine, and what rows hold is text."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal
from pathlib import Path

from flows import pictures

SPEC = {
    "height": 120,
    "mark": {"type": "bar", "clip": True},
    "encoding": {
        "x": {"field": "day", "type": "temporal", "axis": {"format": "%B"}},
        "y": {"field": "amount", "type": "quantitative", "axis": {"format": ",.1f"}},
        "color": {"field": "kind", "type": "nominal"},
    },
}
ROWS = [{"day": date(2021, n, 1), "amount": Decimal("1000.5") * n, "kind": "<script>&\"'"} for n in (1, 2, 3)]


def drawn(language: str = "nl") -> str:
    return pictures.svg(SPEC, ROWS, name="a/b", title='T <"b">', language=language, description="D", width=300)


def test_a_picture_is_one_document_with_its_title_and_inert_text() -> None:
    root = ET.fromstring(drawn())
    assert root.attrib["role"] == "img" and root[0].text == 'T <"b">' and root[1].text == "D"
    assert not [node for node in root.iter() if node.tag.endswith("script")]
    assert "<script>&\"'" in [node.text for node in root.iter() if node.tag.endswith("text")]


def test_numbers_and_months_are_of_its_language() -> None:
    assert "2.000,0" in drawn("nl") and "februari" in drawn("nl")
    assert "2,000.0" in drawn("en") and "February" in drawn("en")


def test_ids_are_of_the_picture_and_not_of_the_run() -> None:
    first, second = drawn(), drawn()
    assert first == second and 'id="a-b-1"' in first and "url(#a-b-1)" in first


def test_a_picture_does_not_know_the_time_zone_of_the_machine() -> None:
    code = "import sys; sys.path[:0] = sys.argv[1:]; import test_pictures; print(test_pictures.drawn(), end='')"
    seen = {
        zone: subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent)],
            env=os.environ | {"TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in ("UTC", "America/New_York")
    }
    assert seen["UTC"] == seen["America/New_York"] == drawn()


def test_the_size_of_a_picture_is_read_off() -> None:
    width, height = pictures.size(drawn())
    assert width == 300 and 120 < height < 250
