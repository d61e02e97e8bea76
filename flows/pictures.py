"""Charts: a Vega-Lite declaration and rows become the text of an SVG, the same for the same rows on any machine.

Nothing is fetched, and what rows hold is text and never markup. Fonts are measured as a face that vl-convert carries.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

FONT = "Liberation Sans"
"""As wide as Arial and Helvetica, which stand in for it where a reader does not have it."""
_FACES = "'Liberation Sans',Arial,Helvetica,sans-serif"
_CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "#ffffff",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": "#3d4551",
        "titleColor": "#3d4551",
        "gridColor": "#e3e7ec",
        "domainColor": "#8a94a1",
        "tickColor": "#8a94a1",
    },
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": "#1f2733", "labelLimit": 400},
    "text": {"fontSize": 12, "color": "#1f2733"},
    "header": {"labelFontSize": 12, "titleFontSize": 12},
}
_NUMBERS = {
    "nl": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["€\u00a0", ""]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
}
_ID = re.compile(r'(\bid="|url\(#)((?:clip|gradient_?)\d+)')
"""An id as Vega counts them through a whole run, which says nothing of the picture."""


def svg(
    spec: Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
    *,
    name: str,
    title: str,
    language: str,
    description: str = "",
    width: int | None = None,
) -> str:
    """Draw a chart.

    Args:
        spec: Vega-Lite, without data.
        rows: what it is drawn of; amounts as ``Decimal``, days as ``date``.
        name: of the picture; in front of every id in it, so that several can stand in one page.
        title: what it shows, for who does not see it.
        language: of its numbers and months, ``nl`` or ``en``.
        description: what there is to see in it, in a sentence.
        width: of the whole picture, axes and words included, in pixels; that of the declaration where None.
    """
    import vl_convert  # an engine of its own: loaded by who draws only

    whole = _in_utc(spec) | {"data": {"values": [{key: _plain(value) for key, value in row.items()} for row in rows]}}
    if width is not None:
        whole |= {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    drawn = vl_convert.vegalite_to_svg(
        whole,
        config=_CONFIG,
        allowed_base_urls=[],
        format_locale=_NUMBERS[language],
        time_format_locale=_months(language),
    )
    return _named(drawn, name, title, description)


def _named(drawn: str, name: str, title: str, description: str) -> str:
    prefix = re.sub(r"[^A-Za-z0-9]+", "-", name)
    ids: dict[str, str] = {}
    drawn = _ID.sub(lambda found: found[1] + ids.setdefault(found[2], f"{prefix}-{len(ids) + 1}"), drawn)
    drawn = drawn.replace(f'font-family="{FONT}"', f'font-family="{_FACES}"')
    words = f"<title>{escape(title)}</title>" + (f"<desc>{escape(description)}</desc>" if description else "")
    head, _, rest = drawn.partition(">")
    return f'{head} role="img">{words}{rest}\n'


def _in_utc(spec: Any) -> Any:
    """A declaration whose days lie where they do in UTC, whatever the machine's own time zone."""
    if isinstance(spec, list):
        return [_in_utc(part) for part in spec]
    if not isinstance(spec, Mapping):
        return spec
    whole = {key: _in_utc(part) for key, part in spec.items()}
    if whole.get("type") == "temporal":
        whole["scale"] = {"type": "utc"} | whole.get("scale", {})
    return whole


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _months(language: str) -> dict[str, Any]:
    from babel import dates

    from flows.wording import locale

    place = locale(language)
    months, days = dates.get_month_names, dates.get_day_names
    return {
        "dateTime": "%-d %B %Y, %H:%M",
        "date": "%-d/%m/%Y",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
        "days": [days("wide", locale=place)[(n - 1) % 7] for n in range(7)],
        "shortDays": [days("abbreviated", locale=place)[(n - 1) % 7] for n in range(7)],
        "months": [months("wide", locale=place)[n] for n in range(1, 13)],
        "shortMonths": [months("abbreviated", locale=place)[n].rstrip(".") for n in range(1, 13)],
    }


def png(drawn: str) -> bytes:
    """A drawn picture as pixels, for what shows no SVG: the preview of an address that is shared."""
    import vl_convert

    pixels: bytes = vl_convert.svg_to_png(drawn, scale=1.3)
    return pixels


def size(drawn: str) -> tuple[int, int]:
    """Width and height of a picture, in pixels."""
    width, height = (float(found) for found in re.findall(r' (?:width|height)="([\d.]+)"', drawn.partition(">")[0])[:2])
    return round(width), round(height)


def loads(text: str) -> dict[str, Any]:
    """A declaration out of its file."""
    declared: dict[str, Any] = json.loads(text)
    return declared
