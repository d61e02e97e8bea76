"""Answers and traces of two homes beside each other; a part of `make equal` (see ``equal_releases.py``)."""

import json
import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl

if TYPE_CHECKING:
    from equal_releases import Comparison, Map

ANSWER = "answer.json"
_OF_WRITING = "docProps/core.xml"
"""The part of a workbook that says when it was written."""
# Runs in either checkout: the command line is what both have, and one process is enough for all keys.
_TRACES = """
import contextlib, importlib.metadata, io, json, sys
(entry,) = importlib.metadata.entry_points(group="console_scripts", name="veerkracht")
main, answers = entry.load(), []
for key in json.load(sys.stdin):
    said, sys.argv = io.StringIO(), ["veerkracht", "trace", key, "--json"]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main()
        except SystemExit:
            pass
    answers.append(said.getvalue())
json.dump(answers, sys.stdout)
"""


def compare_answers(old: Path, new: Path, known: "Map") -> int:
    """Compare what senders were answered, file by file; the number of answers that differ."""
    olds, news = dict(_answers(old, known.plan)), dict(_answers(new, known.plan))
    different = 0
    for key in sorted(olds.keys() | news.keys()):
        wrong = ["only old"] if key not in news else ["only new"] if key not in olds else []
        wrong = wrong or list(_apart(olds[key], news[key], known))
        different += bool(wrong)
        if wrong:
            print(f"  answer {' '.join(key)}: {'; '.join(wrong[:5])}")
    print(f"answers: {len(olds)} old, {len(news)} new, {different} differ")
    return different


def _answers(folder: Path, plan: str) -> Iterator[tuple[tuple[str, str, str], Path]]:
    """Each answer of a plan by meetmoment, name and checksum of the file it is about."""
    for path in folder.rglob(ANSWER):
        said = json.loads(path.read_text(encoding="utf-8"))
        if said.get("plan_code", plan) == plan:
            yield (said["meetmoment_code"], said["file_name"], said["sha256"]), path.parent


def _apart(old: Path, new: Path, known: "Map") -> Iterator[str]:
    names = {p.name for p in old.iterdir()} | {p.name for p in new.iterdir()}
    for name in sorted(names):
        one, other = old / name, new / name
        if not (one.exists() and other.exists()):
            yield f"{name} only {'old' if one.exists() else 'new'}"
        elif name == ANSWER:
            before, after = (json.loads(path.read_text(encoding="utf-8")) for path in (one, other))
            yield from _said_apart(before, after, known)
        elif name.endswith(".xlsx"):
            yield from _cells_apart(one, other, known)
        elif _rewritten(one.read_text(encoding="utf-8"), known) != other.read_text(encoding="utf-8"):
            yield f"{name} has another text"


def _rewritten(text: str, known: "Map", rule: str | None = None) -> str:
    for pattern, replacement in known.rule(rule or known.said.get("answer_text")):
        text = re.sub(pattern, replacement, text)
    return text


def _said_apart(old: Any, new: Any, known: "Map", where: str = "") -> Iterator[str]:
    """Where two JSON values differ, the old one rewritten field by field."""
    if isinstance(old, dict) and isinstance(new, dict):
        left_out = known.named("left_out_fields")
        for field in [f for f in {**old, **new} if f not in left_out]:
            if field not in old or field not in new:
                yield f"{where}{field} only {'old' if field in old else 'new'}"
            else:
                yield from _said_apart(
                    _field(field, old[field], new[field], known), new[field], known, f"{where}{field} "
                )
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _said_apart(one, other, known, f"{where}{number} ")
    elif old != new:
        yield f"{where}was {str(old)[:200]!r}, is {str(new)[:200]!r}"


def _field(field: str, old: Any, new: Any, known: "Map") -> Any:
    """An old value with the rule of its field, unless it is the same as it stands."""
    rule = known.named("fields").get(field)
    return _rewritten(old, known, rule) if rule and isinstance(old, str) and old != new else old


def _cells_apart(old: Path, new: Path, known: "Map") -> Iterator[str]:
    """Where two workbooks differ in a cell, its comment, its fill or its format; equal parts are not opened."""
    if _parts(old) == _parts(new):
        return
    one, other = (openpyxl.load_workbook(path) for path in (old, new))
    if one.sheetnames != other.sheetnames:
        yield f"{old.name} has the sheets {other.sheetnames}, had {one.sheetnames}"
        return
    for name in one.sheetnames:
        before, after = _cells(one[name]), _cells(other[name])
        for at in sorted(before.keys() | after.keys()):
            was, now = before.get(at), after.get(at)
            if was != now and not (was and now and tuple(_rewritten(text, known) for text in was) == now):
                yield f"{old.name} {name} {at} was {str(was)[:200]}, is {str(now)[:200]}"


def _parts(workbook: Path) -> dict[str, int]:
    with zipfile.ZipFile(workbook) as parts:
        return {part.filename: part.CRC for part in parts.infolist() if part.filename != _OF_WRITING}


def _cells(sheet: Any) -> dict[str, tuple[str, ...]]:
    """(value with its type, comment, fill, number format) by cell."""
    return {
        cell.coordinate: (
            f"{cell.data_type} {cell.value}",
            cell.comment.text if cell.comment else "",
            str(cell.fill.fgColor.value),
            str(cell.number_format),
        )
        for row in sheet.iter_rows()
        for cell in row
    }


def compare_traces(last: "Comparison", old: tuple[Path, Path], new: tuple[Path, Path], each: int) -> int:
    """Compare where a sample of figures of the last release comes from; the number of traces that differ.

    Args:
        last: the marts of the last release of both sides.
        old: checkout and home of the old code.
        new: checkout and home of the new code.
        each: rows per mart; of their keys, spread evenly.
    """
    keys = list(_keys(last, each))
    olds, news = _traced(*old, [k for k, _ in keys]), _traced(*new, [k for _, k in keys])
    different = refused = 0
    for (key, _), one, other in zip(keys, olds, news, strict=True):
        wrong = _traces_apart(one, other, last.known)
        different, refused = different + bool(wrong), refused + (not one.startswith("{"))
        if wrong:
            print(f"  trace {key}: {'; '.join(wrong[:5])}")
    print(f"traces: {len(keys)} compared, {refused} of them refused by both, {different} differ")
    return different


def _traces_apart(old: str, new: str, known: "Map") -> list[str]:
    if old.startswith("{") and new.startswith("{"):
        one, other = (_in_order(json.loads(text), known.plan) for text in (old, new))
        return list(_said_apart(one, other, known))
    # A figure that cannot be traced says why, with its key; that both refuse it is what can be compared.
    return [] if old.startswith("{") == new.startswith("{") else [f"was {old[:200]!r}, is {new[:200]!r}"]


def _in_order(trace: dict[str, Any], plan: str) -> dict[str, Any]:
    """Parts and cells in an order in which the plan's place in their keys has no say."""

    def place(row: dict[str, Any]) -> list[str]:
        own = (str(row.get(name)) for name in ("side", "cell", "field", "amount"))
        return [*own, str(row.get("trace_key")).replace(f"{plan}/", "")]

    for name in ("parts", "cells"):
        trace[name] = sorted(trace.get(name) or [], key=place)
    return trace


def _keys(last: "Comparison", each: int) -> Iterator[tuple[str, str]]:
    """Trace keys of either side: of every mart some rows, and of an aggregate each figure of them that has parts."""
    for mart, columns in sorted(last.columns["o"].items()):
        if "trace_key" not in columns:
            continue
        moved = f'select trace_key from o."{mart}" except select trace_key from n."{mart}"'
        new = last.known.rewritten("trace_key", mart) if last.con.sql(moved).fetchall() else "old.trace_key"
        figures = (
            [f":{c}" for c in columns if c.endswith(("_eur", "_count", "_pct"))] if mart.startswith("agg_") else []
        )
        rows = last.con.sql(
            f'select old.trace_key, {new} from o."{mart}" as old order by md5(old.trace_key) limit {each}'
        ).fetchall()
        for before, after in rows:
            yield from [(before + figure, after + figure) for figure in figures[:4] or [""]]


def _traced(code: Path, home: Path, keys: list[str]) -> list[str]:
    """What `trace --json` says of each key, in the code's own environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VEERKRACHT_")}
    said = subprocess.run(
        [code / ".venv" / "bin" / "python", "-c", _TRACES],
        input=json.dumps(keys),
        env=environment | {"VEERKRACHT_HOME": str(home)},
        cwd=code,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answers: list[str] = json.loads(said.stdout)
    return answers
