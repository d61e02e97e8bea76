"""Sheets that lie on their side: the headers stand in the first column, each further column is a record.

What is read is the sheet turned: its rows are numbered as the columns of the file, its columns as the rows of the file.
That it was turned is known of its layout (``is_transposed``); whoever names a cell turns the place back.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from flows.intake.fit import Refusal, choose, clean_headers
from flows.intake.sheets import Intake, Row, Sheet
from flows.registry import Layout


def upright(layouts: Iterable[Layout]) -> list[Layout]:
    """The layouts whose headers stand in a row."""
    return [layout for layout in layouts if not layout.is_transposed]


def read_transposed(lines: Iterable[Row], name: str, layouts: Sequence[Layout], intake: Intake) -> Sheet | None:
    """Read the sheet ``name``, where it lies on its side as one of the layouts says; else None, and nothing is read.

    Args:
        lines: the rows of the file, each with its number.
        layouts: those that may fit; of them the transposed ones are tried.
    """
    grid = {number: (texts, kinds) for number, texts, kinds in islice(lines, intake.limits.max_columns + 1)}
    headers = clean_headers(_cell(*grid.get(n, ([], "")), 0)[0] for n in range(1, max(grid, default=0) + 1))
    layout = choose([layout for layout in layouts if layout.is_transposed], headers, name)
    if isinstance(layout, Refusal):
        return None
    sheet = intake.open_sheet(name, layout, 1, headers)
    intake.write(sheet, _turned(grid, len(headers)))
    return sheet


def _turned(grid: dict[int, tuple[list[str | None], str]], height: int) -> Iterator[Row]:
    width = max(len(texts) for texts, _ in grid.values())
    for column in range(1, width):
        cells = [_cell(*grid.get(number, ([], "")), column) for number in range(1, height + 1)]
        if any(text for text, _ in cells):
            yield column + 1, [text for text, _ in cells], "".join(kind for _, kind in cells)


def _cell(texts: list[str | None], kinds: str, column: int) -> tuple[str | None, str]:
    return (texts[column], kinds[column]) if column < len(texts) else (None, " ")
