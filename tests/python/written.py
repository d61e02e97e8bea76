"""Returns as workbooks, at random over the forms that people and programs give them, and what their writers mean.

One abstract return is written by each of several libraries, and as the XML of programs that no library here stands for.
"""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import pandas as pd
import polars as pl
import xlsxwriter
from made_files import FINANCE_HEADERS, HEADERS, packed

EPOCH = date(1899, 12, 30)
TEXTS = ["België – één", "regel 1\nregel 2", "  ruimte  ", "1.234,56", "00012", "😀 & <b> \"x\" 'y'", "=niet berekend"]
NUMBER_FORMATS = ["", "#,##0.00", "[Red]0.00", '0.00" EUR"', "General;[Red]-General", '_ * #,##0.00_ ;_ * "-"??_ ']
DAY_FORMATS = ["dd/mm/yyyy", "yyyy-mm-dd", "[$-413]d mmmm yyyy", "d\\-m\\-yy"]


@dataclass
class Cell:
    """What a writer puts in a cell."""

    kind: str
    value: Any
    format: str = ""
    formula: str = ""

    @property
    def meant(self) -> tuple[str, str]:
        """The text and kind that it is to be read as."""
        match self.kind:
            case "text":
                return self.value, "t"
            case "day":
                return (EPOCH + timedelta(days=self.value)).isoformat(), "d"
            case "share":
                return f"{_plain(self.value * 100)}%", "p"
            case _:
                return _plain(self.value), "n"


def _plain(value: float) -> str:
    """A number as a spreadsheet shows it, which knows fifteen digits."""
    text = format(Decimal(f"{value:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass
class Return:
    """A return: its sheets with all their rows, and which of them its writer means to be read."""

    sheets: dict[str, list[list[Cell | None]]] = field(default_factory=dict)
    read: tuple[str, ...] = ()
    told: set[str] = field(default_factory=set)
    """Rules that may be told of it, none of which refuses."""

    def meant(self) -> dict[tuple[str, int], list[tuple[str, str] | None]]:
        """(sheet, row number) -> what each cell below the header means."""
        return {
            (name, number): [cell.meant if cell and str(cell.value).strip() else None for cell in row]
            for name in self.read
            for number, row in enumerate(self.sheets[name][1:], start=2)
            if any(cell and str(cell.value).strip() for cell in row) and not _is_beside(row)
        }


def _is_beside(row: list[Cell | None]) -> bool:
    first = row[0]
    return bool(first and str(first.value).startswith(("Totaal", "Opmerking")))


def a_return(random_: random.Random, *, formulas: bool = True, formats: bool = True) -> Return:
    """One at random."""
    made = Return(read=("Status", "Financien"))
    made.sheets["Status"] = [[Cell("text", h) for h in HEADERS], *_rows(random_, _status, formats)]
    finance: list[list[Cell | None]] = [[Cell("text", h) for h in FINANCE_HEADERS], *_rows(random_, _finance, formats)]
    for row in finance[1:]:
        if formulas and row and isinstance(row[4], Cell) and random_.random() < 0.3:
            row[4] = Cell("number", random_.choice([0, 0, 12.5]), formula="D2-D2")
    made.sheets["Financien"] = finance
    if random_.random() < 0.3:
        finance.append([Cell("text", "Totaal"), None, Cell("number", 5), None, None, None])
        made.told.add("F22")
    if random_.random() < 0.3:
        made.sheets["Status"].append([Cell("text", "Opmerking: dit zijn voorlopige cijfers"), None, None, None])
        made.told.add("F22")
    if random_.random() < 0.3:
        made.sheets["Blad1"] = [[Cell("text", "wie"), Cell("text", "wat")], [Cell("text", "ik"), Cell("number", 3)]]
        made.told.add("F21")
    return made


def _rows(random_: random.Random, make: Callable[..., list[Cell | None]], formats: bool) -> Iterator[list[Cell | None]]:
    for number in range(random_.randint(1, 12)):
        if random_.random() < 0.1:
            unseen = Cell("text", random_.choice([" ", "\u00a0", "\n"]))
            yield [unseen, *[None] * (len(FINANCE_HEADERS if make is _finance else HEADERS) - 1)]
        yield make(random_, f"VV{number + 1:03}", formats)


def _status(random_: random.Random, code: str, formats: bool) -> list[Cell | None]:
    day = Cell("day", random_.randint(40000, 48000), random_.choice(DAY_FORMATS)) if formats else None
    return [
        Cell("text", code),
        Cell("text", "Op schema"),
        day,
        Cell("text", random_.choice(TEXTS if formats else TEXTS[:-1])),
    ]


def _finance(random_: random.Random, code: str, formats: bool) -> list[Cell | None]:
    def amount() -> Cell | None:
        value = random_.choice([0, -1, 1, random_.randint(0, 10**9), round(random_.uniform(-1e9, 1e9), 2), 0.1 + 0.2])
        if formats and random_.random() < 0.1:
            return Cell("share", round(random_.random(), 3), random_.choice(["0%", "0.0%;-0.0%"]))
        return random_.choice([Cell("number", value, random_.choice(NUMBER_FORMATS) if formats else ""), None])

    return [Cell("text", code), Cell("text", "voorlopig"), amount(), amount(), amount(), None]


def by_openpyxl(made: Return) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]  # a new book has a sheet
    for name, rows in made.sheets.items():
        sheet = book.create_sheet(name)
        for r, row in enumerate(rows, start=1):
            for c, cell in enumerate(row, start=1):
                if cell:
                    target = sheet.cell(r, c, cell.value)
                    target.data_type = "s" if cell.kind == "text" else "n"
                    target.number_format = cell.format or "General"
    return _saved(book.save)


def by_xlsxwriter(made: Return, **options: Any) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, **options}) as book:
        for name, rows in made.sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if not cell:
                        continue
                    format_ = book.add_format({"num_format": cell.format}) if cell.format else None
                    if cell.kind == "text":
                        sheet.write_string(r, c, cell.value)
                    else:
                        sheet.write_number(r, c, cell.value, format_)
    return content.getvalue()


def by_xlsxwriter_in_rows(made: Return) -> bytes:
    """Row by row, with its texts in the cells."""
    return by_xlsxwriter(made, in_memory=False, constant_memory=True)


def by_pandas(made: Return) -> bytes:
    def save(target: Any) -> None:
        with pd.ExcelWriter(target, engine="openpyxl") as writer:
            for name, rows in made.sheets.items():
                values = [[cell and cell.value for cell in row] for row in rows[1:]]
                frame = pd.DataFrame(values, columns=[cell.value for cell in rows[0] if cell], dtype=object)
                frame.to_excel(writer, sheet_name=name, index=False)

    return _saved(save)


def by_polars(made: Return) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        for name, rows in made.sheets.items():
            columns = {}
            for c, header in enumerate(rows[0]):
                assert header
                values = [row[c] and row[c].value for row in rows[1:]]  # type: ignore[union-attr]  # rows of cells, by the stubs perhaps one cell
                is_text = any(isinstance(value, str) for value in values)
                columns[header.value] = pl.Series(values, dtype=pl.String if is_text else pl.Float64, strict=False)
            pl.DataFrame(columns).write_excel(book, name)
    return content.getvalue()


def _saved(save: Callable[[Any], Any]) -> bytes:
    content = io.BytesIO()
    save(content)
    return content.getvalue()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class Dialect:
    """How a program writes a workbook."""

    space: str = MAIN
    strings: str = "xl/sharedStrings.xml"
    has_places: bool = True
    keeps_texts_in_cells: bool = False
    calculation: str = '<calcPr calcId="191029"/>'
    fills: str = '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    sheet_of: str = "worksheets/sheet{}.xml"
    row: str = ' spans="1:6" x14ac:dyDescent="0.25"'
    beyond: str = ""


DIALECTS = {
    "Excel 365": Dialect(),
    "Excel, strict": Dialect(space=STRICT),
    "LibreOffice": Dialect(
        calculation='<calcPr iterateCount="100" refMode="A1" iterate="false" iterateDelta="0.001"/>',
        row=' customFormat="false" ht="12.8" hidden="false" customHeight="false"',
        beyond='<c r="AMJ{0}" s="0"/>',
    ),
    "Google Sheets": Dialect(calculation="", fills="<fills><fill/></fills>", row=""),
    "Apache POI": Dialect(calculation="", strings="xl/SharedStrings.xml", row="", beyond='<c r="XFD{0}" s="0"/>'),
    "a report server": Dialect(
        has_places=False, keeps_texts_in_cells=True, calculation="", sheet_of="/xl/sheets/{}.XML"
    ),
}


def in_dialect(made: Return, dialect: Dialect) -> bytes:
    """The XML of a workbook as a program writes it."""
    strings: dict[str, int] = {}
    formats: dict[str, int] = {"": 0}
    parts: dict[str, bytes] = {}
    listed, related = "", ""
    for number, (name, rows) in enumerate(made.sheets.items(), start=1):
        data = ""
        for r, row in enumerate(rows, start=1):
            cells = "".join(_cell(cell, r, c, dialect, strings, formats) for c, cell in enumerate(row))
            place = f' r="{r}"' if dialect.has_places else ""
            data += f"<row{place}{dialect.row}>{cells}{dialect.beyond.format(r)}</row>"
        target = dialect.sheet_of.format(number)
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        parts[part] = _xml("worksheet", f"<sheetData>{data}</sheetData>", dialect)
        listed += f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        related += f'<Relationship Id="rId{number}" Type="{RELATED}/worksheet" Target="{target}"/>'
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    parts[dialect.strings] = _xml("sst", items, dialect)
    declared = "".join(f'<numFmt numFmtId="{163 + n}" formatCode={quoteattr(f)}/>' for f, n in formats.items() if f)
    styles = "".join(f'<xf numFmtId="{163 + n if f else 0}"/>' for f, n in formats.items())
    styled = f"<numFmts>{declared}</numFmts>{dialect.fills}<cellXfs>{styles}</cellXfs>"
    parts["xl/styles.xml"] = _xml("styleSheet", styled, dialect)
    parts["xl/workbook.xml"] = _xml("workbook", f"<sheets>{listed}</sheets>{dialect.calculation}", dialect)
    for kind, target in (("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")):
        related += f'<Relationship Id="{kind}" Type="{RELATED}/{kind}" Target="{target}"/>'
    package = "http://schemas.openxmlformats.org/package/2006"
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{package}/relationships">{related}</Relationships>'.encode()
    )
    root = f'<Relationship Id="r" Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/>'
    parts["_rels/.rels"] = f'<Relationships xmlns="{package}/relationships">{root}</Relationships>'.encode()
    parts["[Content_Types].xml"] = f'<Types xmlns="{package}/content-types"/>'.encode()
    return packed(parts)


def _xml(root: str, content: str, dialect: Dialect) -> bytes:
    spaces = f'xmlns="{dialect.space}" xmlns:r="{RELATED}" xmlns:x14ac="urn:ac"'
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<{root} {spaces}>{content}</{root}>'.encode()


def _cell(cell: Cell | None, r: int, c: int, dialect: Dialect, strings: dict[str, int], formats: dict[str, int]) -> str:
    place = f' r="{"ABCDEFGH"[c]}{r}"' if dialect.has_places else ""
    if cell is None:
        return f"<c{place}/>" if not dialect.has_places or (r + c) % 2 else ""
    style = formats.setdefault(cell.format, len(formats))
    if cell.kind != "text":
        formula = f"<f>{cell.formula}</f>" if cell.formula else ""
        return f'<c{place} s="{style}">{formula}<v>{cell.value!r}</v></c>'
    if dialect.keeps_texts_in_cells:
        return f'<c{place} t="inlineStr"><is><t xml:space="preserve">{escape(cell.value)}</t></is></c>'
    return f'<c{place} t="s"><v>{strings.setdefault(cell.value, len(strings))}</v></c>'


@dataclass(frozen=True)
class Writer:
    """A way of writing a return, and what it can say."""

    write: Callable[[Return], bytes]
    formulas: bool = False
    formats: bool = True


WRITERS: dict[str, Writer] = {
    "openpyxl": Writer(by_openpyxl),
    "xlsxwriter": Writer(by_xlsxwriter),
    "xlsxwriter in rows": Writer(by_xlsxwriter_in_rows),
    "pandas": Writer(by_pandas, formats=False),
    "polars": Writer(by_polars, formats=False),
    **{
        # The default binds the dialect of this turn, which mypy cannot type.
        name: Writer(lambda made, dialect=dialect: in_dialect(made, dialect), formulas=True)  # type: ignore[misc]
        for name, dialect in DIALECTS.items()
    },
}
