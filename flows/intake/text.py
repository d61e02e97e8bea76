"""From bytes to text: the encoding that a mark or the layouts declare, never a guess."""

import unicodedata

from flows.intake.fit import Refusal
from flows.intake.sheets import Refused

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def encoding_of(content: bytes, fallbacks: set[str]) -> str:
    """The encoding in which all of the content can be read.

    A byte order mark, else strict UTF-8, else the one encoding the layouts declare.

    Raises:
        Refused: where none reads every byte as a character that text is made of.
    """
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if marked:
        _check(content, marked)
        return marked
    try:
        return _check(content, "utf-8")
    except Refused:
        if len(fallbacks) != 1:
            raise
    (fallback,) = fallbacks
    return _check(content, fallback)


def _check(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(Refusal("F06", value=f"byte {error.start}", expected=encoding)) from None
    # A NUL is UTF-16 without its mark; a currency sign in a one-byte encoding is the euro sign of another one.
    for foreign in "\0" if encoding.startswith("utf") else "\0¤":
        if foreign in text:
            name = unicodedata.name(foreign, "NUL")
            raise Refused(Refusal("F06", value=f"{name} ({text.index(foreign)})", expected=encoding))
    return encoding
