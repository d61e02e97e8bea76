"""What a text holds that is not seen, or that is not what its writer wrote."""

import re
import unicodedata

# The bytes 80 to BF as the Windows encoding has them: each second and third byte of a character in UTF-8.
_SECOND = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_TWICE = re.compile(f"[ÂÃ][{_SECOND}]|â[€‚][{_SECOND}]")
_LOST = re.compile(f"\ufffd|{_TWICE.pattern}")
_OTHER_PAGE = re.compile(r"[A-Za-z][‚„ƒˆ‰‡]|[a-z][ŠŽŒ‘]|[A-Za-z]”[a-z]|‚‚|„„")
"""Letters with accents of the encodings of DOS and the Mac, read as those of Windows."""


def is_twice_encoded(text: str) -> bool:
    """Whether a text holds letters that are the bytes of others in UTF-8."""
    return _TWICE.search(text) is not None


def mangled_sign(text: str, is_of_one_byte: bool = False) -> re.Match[str] | None:
    """The first place of a text that looks as if letters were lost on their way: read in another encoding than written.

    Args:
        text: of one cell.
        is_of_one_byte: whether it was read in an encoding of one byte, in which any bytes are some text.
    """
    if text.isascii():
        return None
    return _LOST.search(text) or (_OTHER_PAGE.search(text) if is_of_one_byte else None)


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: white space of any width, and characters that take no place."""
    return not text[:1].isalnum() and all(sign.isspace() or unicodedata.category(sign) == "Cf" for sign in text)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SHOWN = 100
_ESCAPED_CONTROL = re.compile(r"_x00([01][0-9A-Fa-f]|7[Ff])_")


def with_plain_ends(text: str) -> str:
    """The text with each end of a line as one sign."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def escapes_read(text: str) -> str:
    """The text with the controls that an export left as a workbook writes them, ``_x000D_``; line ends as one sign.

    Of a text that is none of a workbook only these are read: nobody means them, while ``_x0041_`` may be a name.
    """
    if "_x00" not in text:
        return text
    text = _ESCAPED_CONTROL.sub(lambda found: chr(int(found[1], 16)), text)
    return with_plain_ends(text)


def control_sign(text: str) -> re.Match[str] | None:
    """The first sign of a text that steers a terminal or ends a text, and is no part of one."""
    return _CONTROL.search(text)


def with_controls_shown(text: str) -> str:
    """The text with a picture in place of every such sign."""
    return _CONTROL.sub(lambda found: chr(0x2400 + ord(found[0])) if found[0] < " " else "\u2421", text)


def around(text: str, place: re.Match[str]) -> str:
    """Of a long text the part that this place stands in, with dots where it goes on."""
    first = max(0, min(place.start() - _SHOWN // 2, len(text) - _SHOWN))
    part = text[first : first + _SHOWN]
    return f"{'…' if first else ''}{part}{'…' if first + _SHOWN < len(text) else ''}"
