"""From bytes to text: the encoding that a mark or the layouts declare, never a guess."""

import re
import unicodedata
from contextlib import suppress
from typing import NamedTuple

from flows.intake.fit import Refusal
from flows.intake.sheets import Refused
from flows.intake.signs import is_twice_encoded

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_FEW = 5
"""So many bytes of a whole file may be unreadable: each is told with its cell, and the rest is read."""


class Encoding(NamedTuple):
    """How bytes become text: by which encoding, and what becomes of a byte that it does not know."""

    name: str
    errors: str = "strict"


def encoding_of(content: bytes, fallbacks: set[str]) -> Encoding:
    """The encoding in which all of the content can be read, but for a few bytes that are told with their cells.

    A byte order mark, else strict UTF-8, else UTF-8 where only a few bytes are not and others show that it is, else
    the one encoding the layouts declare.

    Raises:
        Refused: where none reads the bytes as characters that text is made of.
    """
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if marked:
        return _check(content, marked)
    try:
        return _check(content, "utf-8")
    except Refused:
        if any(map(str.isalpha, _beyond_ascii(content))):
            with suppress(Refused):
                return _check(content, "utf-8", few=True)
        if len(fallbacks) != 1:
            raise
    (fallback,) = fallbacks
    if is_twice_encoded(content.decode(fallback, "replace")):
        raise Refused(Refusal("F06", value="UTF-8 + " + fallback, expected=f"utf-8 {fallback}"))
    return _check(content, fallback, few=True)


def _beyond_ascii(content: bytes) -> str:
    """The characters that only UTF-8 reads so."""
    return re.sub(r"[\x00-\x7f]+", "", content.decode("utf-8", "ignore"))


def _check(content: bytes, encoding: str, *, few: bool = False) -> Encoding:
    text, errors = "", "strict"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if few:
            errors, text = "replace", content.decode(encoding, "replace")
        if not few or text.count("\ufffd") > _FEW:
            raise Refused(Refusal("F06", value=f"byte {error.start}", expected=encoding)) from None
    # A NUL is UTF-16 without its mark; a currency sign in a one-byte encoding is the euro sign of another one.
    for foreign in "\0" if encoding.startswith("utf") else "\0¤":
        if foreign in text:
            name = unicodedata.name(foreign, "NUL")
            raise Refused(Refusal("F06", value=f"{name} ({text.index(foreign)})", expected=encoding))
    return Encoding(encoding, errors)
