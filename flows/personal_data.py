"""Personal data: what both gates recognise in a text.

E-mail addresses, Belgian telephone numbers, IBANs and Belgian national register numbers; the last two only where their
form and check digits fit, so that codes, checksums, amounts and document numbers pass.
"""

import re

from stdnum import iban
from stdnum.be import bis, nn

from flows import registry

CANDIDATE = r"@|[(\[]at[)\]]|[0-9][^A-Za-z]{0,3}[0-9]{2,}|[A-Za-z]{2}[0-9]{2}"
"""Coarse, for SQL too: what is worth a closer look. RE2 has no look-around, so the borders are judged afterwards."""
_WORTH_A_LOOK = re.compile(CANDIDATE)
_EMAIL = re.compile(r"[\w.+'-]+(?:@|\s?\(at\)\s?|\s?\[at\]\s?)[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
_PHONE = re.compile(
    r"(?<![\w./+-])(?:(?:\+|00)32[ ./-]*(?:\(0\)[ ./-]*)?|0)[1-9](?:[ ./-]{0,2}\d){7,8}(?![\w/-]|[.,]\d)"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ .-]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
# Eleven digits at a stretch, or a date with its separators and then the rest: 123456789.12 is an amount.
_NATIONAL = re.compile(
    r"(?<![A-Za-z0-9])"
    r"(?:\d{11}|(?:\d{2}[. /-]\d{2}[. /-]\d{2}|\d{6}(?=[ /-]))[. /-]?\d{3}[. /-]?\d{2})"
    r"(?![A-Za-z0-9]|[.,]\d)"
)
_ENTERPRISE = re.compile(r"(?:BE|KBO|BTW|ondernemingsnummer|nr\.?)\W{0,3}$", re.IGNORECASE)


def public_values() -> frozenset[str]:
    """What looks like personal data and may be published, as the registry says."""
    return frozenset(row["value"] for row in registry.rows("publication/public_value"))


def kinds_in(text: str, public: frozenset[str] = frozenset()) -> list[str]:
    """Which kinds of personal data a text holds, in a fixed order; values named as public do not count."""
    if not _WORTH_A_LOOK.search(text):
        return []
    found = {
        "email": [m.group() for m in _EMAIL.finditer(text)],
        "phone": [m.group() for m in _PHONE.finditer(text) if _is_phone(text, m)],
        "iban": [m.group() for m in _IBAN.finditer(text) if _holds_iban(m.group())],
        "national_number": [m.group() for m in _NATIONAL.finditer(text) if _is_national_number(m.group())],
    }
    return [kind for kind, values in found.items() if set(values) - public]


def _is_national_number(text: str) -> bool:
    """Whether the digits are a Belgian national register or BIS number: a date, a serial number, check digits."""
    digits = re.sub(r"\D", "", text)
    return nn.is_valid(digits) or bis.is_valid(digits)


def _holds_iban(text: str) -> bool:
    """Whether the text, up to its end or to one of its separators, is an IBAN: words may follow one in its line."""
    ends = [separator.start() for separator in re.finditer(r"[ .-]", text)]
    return any(iban.is_valid(text[:end], check_country=False) for end in [*ends, len(text)])


def _is_phone(text: str, match: re.Match[str]) -> bool:
    """Nine digits for a fixed line, ten for a mobile; an enterprise number named as such is none."""
    digits = re.sub(r"\D", "", match.group().replace("(0)", ""))
    digits = re.sub(r"^(?:0032|32)", "0", digits) if match.group()[0] == "+" or digits.startswith("0032") else digits
    if _ENTERPRISE.search(text[: match.start()]):
        return False
    return len(digits) == 10 if digits.startswith("04") and len(digits) != 9 else len(digits) == 9
