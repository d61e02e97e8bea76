"""Personal data: what both gates recognise in a text.

E-mail addresses (spelled out too), telephone numbers in use (of Belgium as they are dialled there, of elsewhere with
their country code), IBANs and Belgian national register numbers; the last two only where their form and check digits
fit, so that codes, checksums, amounts and document numbers pass. A text is read as it looks: full-width is plain.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from itertools import islice
from multiprocessing import get_context

from flows import registry

CANDIDATE = r"[^\x00-\x7F]|@|[(\[{] ?(?:at|apenstaartje) ?[)\]}]| at |[0-9][^A-Za-z]{0,3}[0-9]{2,}|[A-Za-z]{2}[0-9]{2}"
"""Coarse: what is worth a closer look; the borders are judged afterwards."""
POSSIBLE = (
    r"[^\x00-\x7F]|@|[(\[{][\x09-\x0D\x1C-\x20]?(?:at|apenstaartje)[\x09-\x0D\x1C-\x20]?[)\]}]| at |(?:[0-9][^0-9]*){8}"
    r"|[A-Za-z]{2}[0-9]{2}(?:[ .-]?[A-Za-z0-9]){11}"
)
"""For SQL: what every text has in which anything is found: a sign of an address, the digits of the shortest number, the
shape of an IBAN. It leaves out the codes that are most of what is worth a look, and nothing that is found."""
_WORTH_A_LOOK = re.compile(CANDIDATE)
_DOT = r"(?:\.|\s?[(\[{]\s?(?:dot|punt)\s?[)\]}]\s?)"
_HOST = rf"[\w-]+(?:{_DOT}[\w-]+)*{_DOT}"
_EMAIL = re.compile(
    rf"[\w.+'-]+(?:\s?@\s?|\s?[(\[{{]\s?(?:at|apenstaartje)\s?[)\]}}]\s?){_HOST}[A-Za-z]{{2,}}"
    # A bare "at" is a word too: only before a domain that ends as those here do.
    rf"|[\w+'-]+(?:\.[\w+'-]+)* at {_HOST}(?:be|nl|eu|com|org|net|vlaanderen|brussels)\b"
)
# What every address has: around these alone it is looked for, since each character of a long text may begin one.
_AT = re.compile(r"(?:\s?@\s?|\s?[(\[{]\s?(?:at|apenstaartje)\s?[)\]}]\s?| at )(?=[\w-]+\s?[.(\[{])")
_LONGEST_NAME, _LONGEST_HOST = 100, 300
_DIGIT = re.compile(r"\d")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ .-]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
# Eleven digits at a stretch, or a date with its separators and then the rest: 123456789.12 is an amount.
_NATIONAL = re.compile(
    r"(?<![A-Za-z0-9])"
    r"(?:\d{11}|(?:\d{2}[. /-]\d{2}[. /-]\d{2}|\d{6}(?=[ /-]))[. /-]?\d{3}[. /-]?\d{2})"
    r"(?![A-Za-z0-9]|[.,]\d)"
)
_ENTERPRISE = re.compile(r"(?:BE|KBO|BTW|ondernemingsnummer|nr\.?)\W{0,3}$", re.IGNORECASE)
_FEWEST_PHONE_DIGITS = 8
# The matcher takes a number up where digits begin, never behind a letter (a run of more digits than it holds apart).
_BEGINS_AS_DIALLED = re.compile(r"\+|(?<![0-9A-Za-z])0|[0-9]{20}")
_SHARED_FROM, _AT_ONCE = 50_000, 2_000
"""From how many texts on other processes look too, and how many each takes: to begin one takes half a second."""
_WORDS = {
    "email": "e-mailadres / e-mail address",
    "phone": "telefoonnummer / telephone number",
    "iban": "rekeningnummer / account number",
    "national_number": "rijksregisternummer / national register number",
}


def public_values() -> frozenset[str]:
    """What looks like personal data and may be published, as the registry says."""
    return frozenset(row["value"] for row in registry.rows("publication/public_value"))


def kinds_in(text: str, public: frozenset[str] = frozenset()) -> list[str]:
    """Which kinds of personal data a text holds, in a fixed order; values named as public do not count."""
    if not _WORTH_A_LOOK.search(text):
        return []
    return [kind for kind, values in _found(text) if values - public]


def named_in_each(texts: Sequence[str], public: frozenset[str]) -> list[str]:
    """Of each text the kinds of personal data in it as people call them; many texts are shared out over the cores."""
    look, cores = partial(_named_in, public=public), len(os.sched_getaffinity(0))
    if cores == 1 or len(texts) < _SHARED_FROM:
        return [look(text) for text in texts]
    # Begun anew and not forked: whoever asks has the threads of a database.
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        return list(pool.map(look, texts, chunksize=_AT_ONCE))


def _named_in(text: str, public: frozenset[str]) -> str:
    return named(kinds_in(text, public))


def named(kinds: Iterable[str]) -> str:
    """Kinds of personal data as people call them, Dutch first."""
    return ", ".join(_WORDS[kind] for kind in kinds)


@lru_cache(maxsize=16_384)
def _found(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Kind and values of what a text holds. Most texts stand in several marts, and gate 1 has looked at them before."""
    text = unicodedata.normalize("NFKC", text)
    return (
        ("email", frozenset(_emails(text))),
        ("phone", frozenset(_phones(text))),
        ("iban", frozenset(m.group() for m in _IBAN.finditer(text) if _holds_iban(m.group()))),
        ("national_number", frozenset(m.group() for m in _NATIONAL.finditer(text) if _is_national_number(m.group()))),
    )


def _emails(text: str) -> Iterator[str]:
    for at in _AT.finditer(text):
        around = text[max(at.start() - _LONGEST_NAME, 0) : at.end() + _LONGEST_HOST]
        yield from (found.group() for found in _EMAIL.finditer(around))


def _phones(text: str) -> Iterator[str]:
    """Numbers that exist in the numbering plan of their country, as they are dialled: an amount has no leading zero.

    An enterprise number named as such is none.
    """
    if len(list(islice(_DIGIT.finditer(text), _FEWEST_PHONE_DIGITS))) < _FEWEST_PHONE_DIGITS:
        return
    if not _BEGINS_AS_DIALLED.search(text):
        return
    from phonenumbers import Leniency, PhoneNumberMatcher

    for match in PhoneNumberMatcher(text, "BE", leniency=Leniency.VALID):
        if match.raw_string.lstrip("(")[0] in "0+" and not _ENTERPRISE.search(text[: match.start]):
            yield match.raw_string


def _is_national_number(text: str) -> bool:
    """Whether the digits are a Belgian national register or BIS number: a date, a serial number, check digits."""
    from stdnum.be import bis, nn

    digits = re.sub(r"\D", "", text)
    return nn.is_valid(digits) or bis.is_valid(digits)


def _holds_iban(text: str) -> bool:
    """Whether the text, up to its end or to one of its separators, is an IBAN: words may follow one in its line."""
    from stdnum import iban

    ends = [separator.start() for separator in re.finditer(r"[ .-]", text)]
    return any(iban.is_valid(text[:end], check_country=False) for end in [*ends, len(text)])
