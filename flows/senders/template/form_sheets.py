"""The sheets of a plan's Excel return as its layouts declare them: names, headers, and what each column feeds."""

from dataclasses import dataclass

from flows import registry


@dataclass(frozen=True)
class Feed:
    """One field that a column feeds: of which record, in which instance of it."""

    record: str
    instance: str
    field: str


@dataclass(frozen=True)
class Column:
    """One column of a sheet."""

    header: str
    feeds: tuple[Feed, ...]
    type: str
    """Type of the field in the submission contract."""
    unit: str
    unit_factor: str
    """What a number in the column is multiplied by; empty for 1."""
    code_list: str
    is_key: bool
    is_required: bool
    is_protected: bool
    description_nl: str
    description_en: str


@dataclass(frozen=True)
class FormSheet:
    """One sheet of the return."""

    name: str
    layout_code: str
    columns: tuple[Column, ...]
    constants: tuple[tuple[Feed, str], ...]
    """Fields that no column feeds, with the value the layout gives them."""
    description_nl: str


def form_sheets(plan_code: str, day: str) -> tuple[tuple[FormSheet, ...], str]:
    """The sheets of the return on a cut-off day in the order of the registry, and the name of its explanation sheet.

    Raises:
        ValueError: when the plan declares no sheets by name, or no sheet for people.
    """
    named = {layout.sheet_name: layout for layout in registry.layouts(plan_code, day) if layout.sheet_name}
    sheets = tuple(_sheet(layout) for layout in named.values() if not layout.is_information)
    explanation = next((layout.sheet_name for layout in named.values() if layout.is_information), None)
    if not sheets or not explanation:
        raise ValueError(
            f"plan {plan_code} heeft geen rapportering in Excel: seeds/layouts/layout.csv noemt er geen bladen met een "
            f"toelichting voor / plan {plan_code} has no Excel return: seeds/layouts/layout.csv names no sheets for it "
            "with an explanation"
        )
    return sheets, explanation


def _sheet(layout: registry.Layout) -> FormSheet:
    feeds: dict[str, list[Feed]] = {}
    rows_of: dict[str, dict[str, str]] = {}
    constants = []
    filled: set[Feed] = set()
    for row in registry.rows("layouts/layout_column"):
        if row["layout_code"] != layout.code or not row["record"]:
            continue
        feed = Feed(row["record"], row["instance"], row["field"])
        if row["constant"]:
            constants.append((feed, row["constant"]))
        elif feed not in filled:  # of alternative headers the first is the one we write
            filled.add(feed)
            feeds.setdefault(row["source_column"], []).append(feed)
            rows_of.setdefault(row["source_column"], row)
    records = {feed.record for of_header in feeds.values() for feed in of_header}
    explained = [row for row in registry.rows("contract/template_record") if row["record"] in records]
    return FormSheet(
        name=layout.sheet_name,
        layout_code=layout.code,
        columns=tuple(_column(header, tuple(of_header), rows_of[header]) for header, of_header in feeds.items()),
        constants=tuple(constants),
        description_nl=" ".join(row["description_nl"] for row in explained),
    )


def _column(header: str, feeds: tuple[Feed, ...], row: dict[str, str]) -> Column:
    contract = {(r["record"], r["field"]): r for r in registry.rows("contract/record_field")}
    treated = {(r["record"], r["field"]): r for r in registry.rows("contract/template_field")}
    first = feeds[0].record, feeds[0].field
    return Column(
        header=header,
        feeds=feeds,
        type=contract[first]["type"],
        unit=contract[first]["unit"],
        unit_factor=row["unit_factor"],
        code_list=row["code_list"] or contract[first]["code_list"],
        is_key=any(contract[feed.record, feed.field]["is_key"] == "true" for feed in feeds),
        is_required=any(contract[feed.record, feed.field]["is_required"] == "true" for feed in feeds),
        is_protected=any(treated[feed.record, feed.field]["is_protected"] == "true" for feed in feeds),
        description_nl=treated[first]["description_nl"],
        description_en=contract[first]["description"],
    )
