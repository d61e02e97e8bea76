"""How large a file of a release may be, and in which files a mart goes out beyond that.

A mart is one file per form until it passes a limit; what it becomes then follows from its rows alone. The limits are
part of the code and no setting of a machine, so that a rebuild anywhere gives the same files (docs/adr/0031).
"""

from flows.forms.contents import Mart

MOST_PARQUET_ROWS = 1_000_000
"""Of one Parquet file, eight of the groups in which readers take rows side by side; beyond it a reader of one
meetmoment would fetch what it does not ask for."""
MOST_CSV_BYTES = 100_000_000
"""Of one CSV file as text: what an editor still opens and a mail server takes. Beyond it who reads it is a program, and
compressed it is a tenth."""
SHEET_ROWS = 1_048_576
"""Of a sheet in Excel, its heading among them."""
PARTED_BY = "meetmoment_code"
"""The column that tells the files of a large mart apart: what nearly every question names, and what a night adds to."""


def is_parted(mart: Mart, rows: int) -> bool:
    """Whether a mart of so many rows is a Parquet file per meetmoment; one whose rows may have none stays one file."""
    return rows > MOST_PARQUET_ROWS and any(c.name == PARTED_BY and c.is_filled for c in mart.columns)
