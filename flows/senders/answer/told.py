"""How a finding reads for its sender: days and amounts as written here, the words that are allowed, equals together."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from flows import registry
from flows.warehouse.findings import ALIKE
from flows.wording import Language, number

_DAY = re.compile(r"(?<![\w.\-])(\d{4})-(\d{2})-(\d{2})(?![\w\-]|\.\w)")
_BESIDE_NAMES = re.compile(r" \(\d{4}-\d{2}-\d{2}\)")
"""The day of receipt that stands behind the name of a file."""
# A number as the warehouse writes it: with decimals, or long enough that nobody takes it for a year.
_NUMBER = re.compile(r"(?<![\w.,/\-])(?<!rij )(?<!row )-?(?:\d{5,}(?:\.\d+)?|\d+\.\d+)(?![\w/\-]|[.,]\d)")
_OF_NUMBERS = ("DQ07", "DQ08", "DQ13", "DQ14", "DQ22", "DQ06", "P05")
"""Rules whose sentences show numbers of ours; those about a cell that cannot be read show it as the sender wrote it."""
_OF_EURO = ("DQ13", "DQ14", "DQ22", "P05")
"""Those of them whose numbers are amounts: with cents, both of them."""
_OF_DECISION = "DQ14"
"""The rule that expects a sum of a decision, and names it: a name may be all digits."""
_OF_CELLS = "V"
"""Rules about a cell that cannot be read: what they received is what stands in it, to the letter."""
_EMPTY = ("missing",)
"""What a rule says of a cell without a text of its own to show."""
NOT_IN_LIST = ("V03", "V04")
"""Rules about a word that is not allowed: what is allowed stands with them."""
_ALIKE = 3
"""More findings than this that are alike are told together."""
_PLACES_NAMED = 6
MOST_MARKED = 1_000
"""So many cells of a workbook are marked for one rule in one column; how many more there are stands in its list."""
_LONGEST_TEXT = 1_000


@dataclass(frozen=True)
class Group:
    """Findings of one rule on one column: the first of them, how many they are, and where."""

    finding: dict[str, Any]
    count: int
    places: tuple[str, ...]

    @property
    def times_nl(self) -> str:
        """``27 keer; bijvoorbeeld: `` before the sentence of the first; nothing where there is but one."""
        return f"{self.count} keer; bijvoorbeeld: " if self.count > 1 else ""

    @property
    def times_en(self) -> str:
        """The same in English."""
        return f"{self.count} times; for example: " if self.count > 1 else ""

    @property
    def where(self) -> str:
        """The cells, or the first of them and how many more there are."""
        named, more = self.places[:_PLACES_NAMED], self.count - _PLACES_NAMED
        return ", ".join(named) + (f" + {more}" if more > 0 else "")


def readable(finding: dict[str, Any], plan_code: str, meetmoment_code: str) -> dict[str, Any]:
    """A finding with its sentences as people write days and amounts, and the words that a list allows."""
    as_sent = _as_sent(finding)
    told = finding | {
        "message_nl": _written(finding["message_nl"], finding["rule_id"], "nl", as_sent),
        "message_en": _written(finding["message_en"], finding["rule_id"], "en", as_sent),
    }
    if not finding["rule_id"].startswith(_OF_CELLS):
        told["received_value"] = _written(finding["received_value"] or "", "", "nl", as_sent) or None
    elif finding["received_value"] in _EMPTY:
        told["received_value"] = "leeg / empty"
    if finding.get("expected"):
        told["expected"] = _written(finding["expected"], finding["rule_id"], "nl", as_sent)
    if finding["rule_id"] in NOT_IN_LIST and meetmoment_code:
        words = allowed_words(plan_code, meetmoment_code, finding["sheet"] or "", finding["column_name"] or "")
        if words:
            told["expected"] = f"een van: {', '.join(words)}"
    return told


def place(finding: dict[str, Any]) -> str:
    """The cell of a finding, else its row, else nothing."""
    return str(finding["cell"] or (f"rij {finding['row_number']}" if finding["row_number"] else ""))


def kind(finding: dict[str, Any]) -> tuple[Any, ...]:
    """What findings that are alike have in common."""
    return tuple(finding[name] for name in ALIKE)


def grouped(findings: Sequence[dict[str, Any]]) -> Iterator[Group]:
    """The findings in their order, those that are alike as one where they are many.

    What stands on no cell and no row is alike in nothing but its rule: each says what it is about in its sentence.
    """
    alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for finding in findings:
        alike.setdefault(kind(finding), []).append(finding)
    for found in alike.values():
        if len(found) > _ALIKE and all(map(place, found)):
            count = found[0].get("alike_count", len(found))  # of very many not all are at hand
            yield Group(found[0], count, tuple(place(finding) for finding in found))
        else:
            yield from (Group(finding, 1, (place(finding),)) for finding in found)


def shortened(text: str) -> str:
    """A text as it stands in a list that people read: not endless."""
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"


def is_shortened(groups: Sequence[Group]) -> bool:
    """Whether a marked workbook lacks something of these findings, so that they stand in a table beside it."""
    return any(
        group.count > MOST_MARKED or len(group.finding["received_value"] or "") > _LONGEST_TEXT for group in groups
    )


@cache
def allowed_words(plan_code: str, meetmoment_code: str, sheet: str, column: str) -> tuple[str, ...]:
    """What may stand in a column of a return at a meetmoment, as people read it; nothing where it has no list."""
    day = registry.cutoff_date(plan_code, meetmoment_code)
    layouts = registry.layouts(plan_code, day)
    lists = _lists(column, [layout.code for layout in layouts if layout.sheet_name in ("", sheet)])
    if not lists:  # the sheet of a CSV file has no name of its own, and one may be called otherwise
        lists = _lists(column, [layout.code for layout in layouts])
        lists = lists if len(lists) == 1 else set()
    return tuple(row["label_nl"] for row in registry.returned_codes(lists, day))


def _lists(column: str, layouts: Collection[str]) -> set[str]:
    """The code lists of a column of a return, in these layouts."""
    contract = {(row["record"], row["field"]): row["code_list"] for row in registry.rows("contract/record_field")}
    found = (
        row["code_list"] or contract.get((row["record"], row["field"]), "")
        for row in registry.rows("layouts/layout_column")
        if row["layout_code"] in layouts and row["source_column"] == column
    )
    return set(filter(None, found))


def _as_sent(finding: Mapping[str, Any]) -> list[str]:
    """What a sender wrote, and an example of the registry, of which a part looks like a day or a number of ours."""
    texts = [(finding["received_value"] or "", False)]
    texts += [(finding["expected"] or "", finding["rule_id"] == _OF_DECISION)]
    return [
        name
        for text, is_name in texts
        for name in _BESIDE_NAMES.split(text)
        for form in (_DAY, _NUMBER)
        if form.search(name) and (is_name or not form.fullmatch(name))
    ]


def _written(text: str, rule_id: str, language: Language, as_sent: Sequence[str]) -> str:
    """A sentence with its days as dd/mm/yyyy and its amounts with the separators of the language.

    What a sender wrote, and an example of the registry, is in it to the letter.
    """
    if as_sent:
        pieces = re.split(f"({'|'.join(map(re.escape, as_sent))})", text)
        return "".join(piece if at % 2 else _written(piece, rule_id, language, ()) for at, piece in enumerate(pieces))
    text = _DAY.sub(_day, text)
    if not rule_id.startswith(_OF_NUMBERS):
        return text
    return _NUMBER.sub(lambda found: number(amount := Decimal(found[0]), language, _decimals(amount, rule_id)), text)


def _decimals(value: Decimal, rule_id: str) -> int | None:
    """How many decimals are shown: of an amount with one both, else as many as there are."""
    return 2 if rule_id.startswith(_OF_EURO) and value != value.to_integral() else None


def _day(found: re.Match[str]) -> str:
    try:
        return f"{date(*map(int, found.groups())):%d/%m/%Y}"
    except ValueError:  # a day that does not exist stays as it was sent
        return found[0]
