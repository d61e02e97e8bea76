"""Colours beside each other stay apart for who does not tell all colours apart, and words on them can be read.

Simulated with the matrices of Machado, Oliveira and Fernandes (2009) for the three kinds at full strength, on linear
RGB; differences are those of CIELAB (1976).
"""

import json
import math
from itertools import groupby, pairwise

import pytest

from flows import registry
from flows.settings import PROJECT

MATRICES = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
APART = 10
"""Where colours touch, with a white line and a shape or words besides: about four times what an eye just notices."""
INK, PAPER = "#1f2733", "#ffffff"
READABLE = 4.5


def linear(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lab(colour: str, kind: str) -> tuple[float, float, float]:
    red, green, blue = (
        min(1, max(0, sum(weight * part for weight, part in zip(row, linear(colour), strict=True))))
        for row in MATRICES[kind]
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def contrast(one: str, other: str) -> float:
    light, dark = sorted(
        (sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True)) for c in (one, other)),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


def palettes() -> dict[str, list[str]]:
    """What stands beside each other, in the order in which it does."""
    rows = sorted(
        (row for row in registry.rows("codes/code") if row["colour"]),
        key=lambda row: (row["code_list"], int(row["sort_order"])),
    )
    stacked = ("project_status", "project_status_group", "milestone_status", "milestone_status_group")
    found = {
        name: [row["colour"] for row in among]
        for name, among in groupby(rows, key=lambda row: row["code_list"])
        if name in stacked
    }
    for path in sorted((PROJECT / "site").glob("*/*.vl.json")):
        legend = json.loads(path.read_text(encoding="utf-8"))["usermeta"].get("legend")
        if isinstance(legend, list):
            found[f"{path.parent.name}/{path.name}"] = [entry["colour"] for entry in legend]
    return found


@pytest.mark.parametrize("kind", MATRICES)
@pytest.mark.parametrize("name", palettes())
def test_colours_beside_each_other_stay_apart(name: str, kind: str) -> None:
    colours = [colour for colour, _ in groupby(palettes()[name])]  # the scale of before and after share a green
    close = {
        (one, other): round(distance, 1)
        for one, other in pairwise(colours)
        if (distance := math.dist(lab(one, kind), lab(other, kind))) < APART
    }
    assert close == {}


def test_words_on_a_colour_can_be_read() -> None:
    """In the better of dark and white, as charts choose."""
    worst = {
        colour: max(contrast(colour, INK), contrast(colour, PAPER)) for among in palettes().values() for colour in among
    }
    assert {colour: ratio for colour, ratio in worst.items() if ratio < READABLE} == {}


def test_a_red_and_a_green_that_only_differ_in_hue_would_be_noticed() -> None:
    assert math.dist(lab("#b05a00", "deuteranopia"), lab("#7a7a00", "deuteranopia")) < APART
    assert math.dist(lab("#b05a00", "all colours"), lab("#7a7a00", "all colours")) > 2 * APART
