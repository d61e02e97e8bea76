"""Privacy: no column leaves that the registry does not list, and no text that holds personal data.

All that a release says comes from its marts, from the registry it carries and from the documentation of the models;
these three are scanned.

The scanner knows e-mail addresses, Belgian telephone numbers, IBANs and Belgian national register numbers; the last two
only where their form and check digits fit, so that codes, checksums, amounts and document numbers pass. What it says of
a hit never repeats the value.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
from stdnum import iban
from stdnum.be import bis, nn

from expectations.gate import Failure
from flows import registry
from flows.publish import carried
from flows.publish.contents import TRACE_KEY, Mart
from flows.warehouse import docs, transform

NOT_LISTED, PERSONAL_DATA = "PUB01", "PUB02"
_ROWS_NAMED = 20
_MASKED = "***"

# Coarse, for SQL too: what is worth a closer look. RE2 has no look-around, so the borders are judged afterwards.
_CANDIDATE = re.compile(r"@|[(\[]at[)\]]|[0-9][^A-Za-z]{0,3}[0-9]{2,}|[A-Za-z]{2}[0-9]{2}")
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


def failures(con: duckdb.DuckDBPyConnection, marts: Sequence[Mart], schema: str = "marts") -> list[Failure]:
    """Why these marts may not be published: unlisted columns, then personal data, each with its place.

    Args:
        con: the warehouse; it is only read.
        schema: where the marts are.
    """
    unlisted = [
        Failure(NOT_LISTED, mart.name, column, (), f"{mart.name}.{column}")
        for mart in marts
        for column in mart.unlisted
    ]
    return [*unlisted, *(hit for mart in marts for hit in _personal_data(con, mart, schema))]


def failures_around(warehouse: Path) -> list[Failure]:
    """Where personal data stands in what goes out around the marts of a warehouse: the registry, the documentation."""
    manifest = json.loads(transform.manifest_path(warehouse).read_text(encoding="utf-8"))
    public, found = _public(), []
    for file, texts in ((carried.REGISTRY, _registry_texts()), (docs.PAGE, _texts_within(manifest, ""))):
        for place, text in texts:
            if kinds := kinds_in(text, public):
                found.append(Failure(PERSONAL_DATA, file, None, (), f"{file} ({', '.join(kinds)}): {place}"))
    return found


def _registry_texts() -> Iterator[tuple[str, str]]:
    """(seed, line and column, text) of every cell of the registry."""
    for name, content in carried.seeds().items():
        rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
        header = next(rows)
        for row in rows:
            for column, text in zip(header, row, strict=True):
                yield f"{name}, line {rows.line_num}, {column}", text


def _texts_within(document: Any, place: str) -> Iterator[tuple[str, str]]:
    """(place, text) of every text of a JSON document."""
    if isinstance(document, str):
        yield place, document
    elif isinstance(document, dict):
        for name, value in document.items():
            yield from _texts_within(value, f"{place}/{name}")
    elif isinstance(document, list):
        for number, value in enumerate(document, start=1):
            yield from _texts_within(value, f"{place}/{number}")


def kinds_in(text: str, public: frozenset[str] = frozenset()) -> list[str]:
    """Which kinds of personal data a text holds, in a fixed order; values named as public do not count."""
    if not _CANDIDATE.search(text):
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


def _public() -> frozenset[str]:
    return frozenset(row["value"] for row in registry.rows("publication/public_value"))


def _personal_data(con: duckdb.DuckDBPyConnection, mart: Mart, schema: str) -> Iterator[Failure]:
    public = _public()
    for column in mart.columns:
        if column.data_type != "VARCHAR" or column.name == TRACE_KEY:  # made of columns that are scanned themselves
            continue
        texts = con.execute(
            f'select distinct "{column.name}" from {schema}.{mart.name} where regexp_matches("{column.name}", ?)',
            [_CANDIDATE.pattern],
        ).fetchall()
        for text, kinds in ((text, kinds_in(text, public)) for (text,) in sorted(texts)):
            if kinds:
                yield from _places(con, mart, schema, column.name, text, ", ".join(kinds), public)


def _places(
    con: duckdb.DuckDBPyConnection,
    mart: Mart,
    schema: str,
    column: str,
    text: str,
    kinds: str,
    public: frozenset[str],
) -> Iterator[Failure]:
    """One failure per row that holds the text; key parts that hold personal data themselves are masked."""
    keys = ", ".join(f"cast({name} as varchar)" for name in mart.key)
    rows = con.execute(f'select {keys} from {schema}.{mart.name} where "{column}" = ? order by all', [text]).fetchall()
    for row in rows[:_ROWS_NAMED]:
        key = tuple(_MASKED if part and kinds_in(part, public) else part or "" for part in row)
        yield Failure(PERSONAL_DATA, mart.name, column, (), f"{mart.name}.{column} ({kinds}): {' | '.join(key)}")
    if len(rows) > _ROWS_NAMED:
        more = len(rows) - _ROWS_NAMED
        yield Failure(PERSONAL_DATA, mart.name, column, (), f"{mart.name}.{column} ({kinds}): + {more}")
