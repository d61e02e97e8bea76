"""Which form a file has: told by its bytes, never by its name."""

import io
import re
import zipfile
from typing import Literal

from flows.intake.container import unreadable_refused
from flows.intake.fit import Refusal
from flows.intake.json_return import looks_like_json
from flows.intake.sheets import Refused

Form = Literal["workbook", "zip", "json", "csv"]

_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "RAR"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|meta|table|body|\?xml|workbook)", re.IGNORECASE)


def form_of(content: bytes) -> Form:
    """The form of the content.

    Raises:
        Refused: for forms that are not received, with their name.
    """
    if not content:
        raise Refused(Refusal("F01", value="0 bytes"))
    if content.startswith(b"PK\x03\x04"):
        return _zip_form(content)
    foreign = next((name for mark, name in _FOREIGN if content.startswith(mark)), None)
    if content.startswith(_COMPOUND):
        foreign = "Excel + password" if _ENCRYPTED in content else "Excel 97-2003 (.xls)"
    elif _MARKUP.match(content[:200]):
        foreign = "HTML/XML"
    elif content.startswith(b"PK\x05\x06"):
        raise Refused(Refusal("F01", value="zip: 0 files"))
    if foreign:
        raise Refused(Refusal("F07", value=foreign))
    return "json" if looks_like_json(content) else "csv"


def _zip_form(content: bytes) -> Form:
    with unreadable_refused(), zipfile.ZipFile(io.BytesIO(content)) as container:
        names = {name.replace("\\", "/").lower() for name in container.namelist()}
    foreign = ""
    if "[content_types].xml" in names:
        if "xl/workbook.bin" in names:
            foreign = "Excel binary (.xlsb)"
        elif any(name.startswith(("word/", "ppt/")) for name in names):
            foreign = "Word/PowerPoint"
        else:
            return "workbook"
    elif {"mimetype", "content.xml"} <= names:
        foreign = "OpenDocument (.ods)"
    if foreign:
        raise Refused(Refusal("F07", value=foreign))
    return "zip"
