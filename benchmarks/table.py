"""The measured numbers as the tables of docs/performance.md, between two markers."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import CHECK, COMMANDS, HELP, NIGHT, REGISTRY, UNCHANGED

BEGIN, END = "<!-- numbers: written by make bench -->", "<!-- numbers: end -->"
_DEAREST = 8
Numbers = Mapping[str, Any]
# (what is asked in words, whether it is reached, of old and new seconds)
GOALS: dict[str, tuple[str, Callable[[float | None, float], bool | None]]] = {
    NIGHT: ("a third of the old one", lambda old, new: new <= old / 3 if old else None),
    UNCHANGED: ("0.6 s", lambda _, new: new <= 0.6),
    HELP: ("0.3 s", lambda _, new: new <= 0.3),
    CHECK: ("4 s", lambda _, new: new <= 4),
    REGISTRY: ("3 s", lambda _, new: new <= 3),
}


def write(page: Path, numbers: Numbers) -> None:
    """Put the tables between the markers of the page."""
    put(page, BEGIN, END, of(numbers))


def put(page: Path, begin: str, end: str, told: str) -> None:
    """Put a text between two markers of a page.

    Raises:
        ValueError: when the page lacks them.
    """
    text = page.read_text(encoding="utf-8")
    before, after = text.index(begin) + len(begin), text.index(end)
    page.write_text(f"{text[:before]}\n{told}\n{text[after:]}", encoding="utf-8")


def of(numbers: Numbers) -> str:
    """All tables."""
    return "\n".join([*_sides(numbers), "", *_commands(numbers), "", *_growth(numbers), "", *_models(numbers)])


def _sides(numbers: Numbers) -> Iterator[str]:
    for name in ("old", "new"):
        if side := numbers.get(name):
            runs = {len(cost["all_cpu_s"]) for cost in side.get("commands", {}).values()}
            of = f"; medians of {min(runs)} runs" if runs else ""
            for size, grown in side.get("growth", {}).items():
                if grown.get("commit", side["commit"]) != side["commit"]:
                    of += f"; {size}x is of commit {grown['commit']}, measured {grown['measured_on']}"
            yield f"- **{name}**: commit {side['commit']}, measured {side['measured_on']} on {side['machine']}{of}"


def _commands(numbers: Numbers) -> Iterator[str]:
    yield "| whole process | old: user+sys | new: user+sys | new / old | asked | reached | old: peak | new: peak |"
    yield "|---|---:|---:|---:|---|---|---:|---:|"
    for command in COMMANDS:
        old, new = (numbers.get(side, {}).get("commands", {}).get(command) for side in ("old", "new"))
        asked, reached = GOALS[command]
        verdict = reached(old and old["cpu_s"], new["cpu_s"]) if new else None
        cells = [
            *(_number(side, "cpu_s", " s", 2) for side in (old, new)),
            f"{new['cpu_s'] / old['cpu_s']:.2f}" if old and new else "",
            asked,
            "" if verdict is None else "yes" if verdict else "**no**",
            *(_number(side, "peak_mb", " MB", 0) for side in (old, new)),
        ]
        yield f"| {command} | {' | '.join(cells)} |"


def _growth(numbers: Numbers) -> Iterator[str]:
    yield "| size | SQL, old | SQL, new | new / old | highest peak, old | peak, new | disk, old | new | Python |"
    yield "|---|---:|---:|---:|---|---|---:|---:|---:|"
    grown = {side: numbers.get(side, {}).get("growth", {}) for side in ("old", "new")}
    for size in sorted({int(size) for sizes in grown.values() for size in sizes}):
        old, new = (grown[side].get(str(size)) for side in ("old", "new"))
        cells = [
            *(_total(side) for side in (old, new)),
            _ratio(old, new),
            *(_peak(side) for side in (old, new)),
            *(_number(side, "disk_mb", " MB", 0) for side in (old, new)),
            f"{_seconds(new, 'python'):.1f} s" if new else "",
        ]
        yield f"| {size}x | {' | '.join(cells)} |"
    said = ["Asked at 100x: at most 190 s and 4 GB, and not more than 10.5 times 10x."]
    for side, sizes in grown.items():
        if {"10", "100"} <= sizes.keys():
            times = _seconds(sizes["100"], "sql") / _seconds(sizes["10"], "sql")
            said.append(f"The {side} models cost {times:.1f} times as much at 100x as at 10x.")
    yield "\n" + " ".join(said)


def _models(numbers: Numbers) -> Iterator[str]:
    """The dearest models of each side at its largest size."""
    for name in ("old", "new"):
        if sizes := numbers.get(name, {}).get("growth", {}):
            size = max(sizes, key=int)
            dearest = sorted(sizes[size]["models"], key=lambda m: m["cpu_s"], reverse=True)[:_DEAREST]
            yield f"- **{name}** at {size}x: " + ", ".join(
                f"{m['model']} {'over ' if m.get('failed') else ''}{m['cpu_s']:.1f} s, {m['peak_mb']} MB"
                for m in dearest
            )


def _number(side: Numbers | None, name: str, unit: str, digits: int) -> str:
    return f"{side[name]:.{digits}f}{unit}" if side else ""


def _seconds(grown: Numbers, language: str) -> float:
    return float(sum(m["cpu_s"] for m in grown["models"] if m["language"] == language))


def _total(grown: Numbers | None) -> str:
    """The seconds of all models; more than that where one was stopped."""
    if not grown:
        return ""
    over = "over " if _is_stopped(grown) else ""
    return f"{over}{_seconds(grown, 'sql'):.1f} s"


def _ratio(old: Numbers | None, new: Numbers | None) -> str:
    """What the new models cost of the old ones; less than that where one of the old ones was stopped."""
    if not (old and new):
        return ""
    less = "less than " if _is_stopped(old) else ""
    return f"{less}{_seconds(new, 'sql') / _seconds(old, 'sql'):.2f}"


def _is_stopped(grown: Numbers) -> bool:
    """Whether a model of these was, so that all of them would have taken longer."""
    return any(model.get("failed") for model in grown["models"])


def _peak(grown: Numbers | None) -> str:
    if not grown:
        return ""
    largest = max(grown["models"], key=lambda m: m["peak_mb"])
    return f"{largest['peak_mb']} MB ({largest['model']})"
