"""The commands that account for a number: `veerkracht figure | figures | trace | asof`."""

from dataclasses import asdict
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands import console, shared
from flows.commands.shared import EXIT_DIFFERS, EXIT_FAILED, Json, Plan

if TYPE_CHECKING:
    from flows.account.asof import MartRows
    from flows.account.known import AsKnown
    from flows.account.trace import Trace
    from flows.release.kept import Release

PANEL = "Wie uitgaven leest / who reads releases"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    for function in (figure_, figures, trace, asof):
        app.command(function.__name__.rstrip("_"), rich_help_panel=PANEL)(function)


_KEY_HELP = (
    "A value (35,41 or 218,6 mln), the short key beside a figure in a document, a trace_key, whole or its beginning, "
    "or a name or a part of one (vereffend m3). What may be several figures is listed, with the key of each."
)
ReleaseNamed = Annotated[
    str | None,
    typer.Option("--release", help="Id of the release, or the folder of one without a home; the current one."),
]
PublicKey = Annotated[
    Path | None,
    typer.Option(exists=True, help="PEM of the key that a release in a folder must be signed with."),
]


class Language(StrEnum):
    """The languages in which an account is told."""

    nl = "nl"
    en = "en"


def figure_(
    asked: Annotated[list[str], typer.Argument(metavar="FIGURE...", help=_KEY_HELP)],
    language: Annotated[Language, typer.Option(help="Language of the answer.")] = Language.nl,
    release: ReleaseNamed = None,
    public_key: PublicKey = None,
    plan: Plan = None,
    json_: Json = False,
) -> None:
    """Everything about one figure on one screen: in words, printed, first known, now, on a constant scope, made of,
    warnings, what changed, and where it comes from.

    Exit codes: 0 told, 20 its parts do not add up, 1 no such figure, or several: they are listed.
    """
    from flows.account.figure import account
    from flows.commands import figure as one_figure

    settings, of = shared.release_to_read(plan, release, public_key)
    told = account(settings, of, _meant(of, " ".join(asked), language.value, json_))
    if json_:
        shared.answer(told.plain())
    else:
        one_figure.tell(told, language.value)
    if not told.trace.adds_up:
        raise typer.Exit(EXIT_DIFFERS)


def _meant(of: "Release", asked: str, language: str | None, json_: bool) -> str:
    """The key of the figure that is meant; where that is not one, those that may be are told."""
    from flows.account.search import search
    from flows.commands import figure as one_figure

    found = search(of, asked)
    if found.key:
        return found.key
    if json_:
        shared.answer({"asked": asked} | {name: told for name, told in asdict(found).items() if name != "key"})
    else:
        one_figure.offer(found, asked, language)
    raise typer.Exit(EXIT_FAILED)


def figures(plan: Plan = None, json_: Json = False) -> None:
    """Every published figure: as printed, as recomputed from the current release, and the verdict.

    Reproduced means equal within the precision it was printed in; from rounded parts, that it was printed as a share of
    figures that were rounded before. With the key on the left `veerkracht figure` tells everything about a figure, and
    `veerkracht trace` leads it back to its cells.
    Exit codes: 0 none differs, 20 at least one differs.
    """
    from flows.forms.short_keys import short

    current = shared.current(shared.settings_of(plan))
    rows = shared.query(current, _FIGURES)
    for row in rows:
        row["short_key"] = short(row["trace_key"]) if row["trace_key"] else None
    if json_:
        shared.answer(rows)
    else:
        shown = [
            (
                row["short_key"],
                row["meetmoment_code"],
                row["scope_code"],
                f"{row['measure']} {row['item']}",
                row["unit"],
                *(_plain(row[name]) for name in ("printed", "recomputed", "difference")),
                row["verdict"],
            )
            for row in rows
        ]
        columns = ("key", "meetmoment", "scope", "figure", "unit", "printed", "recomputed", "difference", "verdict")
        console.show_rows("Gepubliceerde cijfers / published figures", columns, shown)
        verdicts = [row["verdict"] for row in rows]
        console.console.print(", ".join(f"{verdicts.count(v)} {v}" for v in sorted(set(verdicts))))
        console.console.print("alles over een cijfer / all about a figure: veerkracht figure KEY, veerkracht trace KEY")
        console.console.print("reproduced: gelijk binnen de gedrukte precisie / equal within the precision as printed")
    if any(row["verdict"] == "differs" for row in rows):
        raise typer.Exit(EXIT_DIFFERS)


def trace(
    asked: Annotated[list[str], typer.Argument(metavar="FIGURE...", help=_KEY_HELP)],
    release: ReleaseNamed = None,
    public_key: PublicKey = None,
    plan: Plan = None,
    json_: Json = False,
) -> None:
    """Lead a published figure back to file, sheet, cell, checksum and time of receipt; an aggregate to its parts.

    A row with several figures takes the column after a colon: veerkracht/agg_finance_by_meetmoment/m3:paid_eur. Where a
    figure stands in no cell, the answer says what it is instead. With only the folder of a release (--release FOLDER)
    cells are named by their place, since their text stays in the archive.
    Exit codes: 0 traced, 20 the parts do not add up, 1 no such figure, or several: they are listed.
    """
    from flows.account.trace import trace as traced_back

    settings, of = shared.release_to_read(plan, release, public_key)
    traced = traced_back(settings, of, _meant(of, " ".join(asked), None, json_))
    if json_:
        shared.answer(asdict(traced) | {"adds_up": traced.adds_up})
    else:
        _tell(traced)
    if not traced.adds_up:
        raise typer.Exit(EXIT_DIFFERS)


def asof(
    date: Annotated[str, typer.Argument(help="A day (its end, in UTC) or a moment, in ISO form.")],
    mart: Annotated[str, typer.Argument(help="Name of a mart, for example fct_finance.")],
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="COLUMN=VALUE", help="Only rows with this value; may be given several times."),
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the mart to this file, as a release has it.")] = None,
    plan: Plan = None,
    json_: Json = False,
) -> None:
    """A mart as it was known on a date, rebuilt from the archive; the releases and the current state are left alone.

    The first answer about a date takes as long as a night; later ones on the same inputs are at hand.
    """
    from flows.account import asof as asof_
    from flows.account import known

    wanted = dict(_pair(each) for each in where or ())
    rebuilt = known.as_known_on(shared.settings_of(plan), known.moment_of(date))
    found = asof_.rows_of(rebuilt, mart, wanted)
    if csv:
        asof_.write_csv(rebuilt, mart, csv, wanted)
    if json_:
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        then = rebuilt.release and rebuilt.release.release_id
        shared.answer({"mart": mart, "known_on": rebuilt.moment, "release": then, "notes": rebuilt.notes, "rows": rows})
        return
    _tell_moment(rebuilt, mart)
    if csv:
        console.console.print(f"  {csv}")
    else:
        _tell_rows(mart, found)


def _pair(condition: str) -> tuple[str, str]:
    column, sign, value = condition.partition("=")
    if not sign or not column:
        raise typer.BadParameter(f"{condition}: schrijf / write COLUMN=VALUE, bijv. / e.g. project_code=VV014")
    return column, value


_FIGURES = """
    select fct_published_figure_check.*, agg_headline_figure_by_scope.trace_key
    from fct_published_figure_check
    left join agg_headline_figure_by_scope using (meetmoment_code, scope_code, execution, measure, item)
    order by meetmoment_code, measure, item
"""


_SIDES = {"numerator": "teller / numerator", "denominator": "noemer / denominator"}


def _plain(value: Any) -> Any:
    """Decimals without trailing zeros."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else value


def _shown(value: Any) -> Any:
    """A value of a mart as people write it; nothing where there is none."""
    return _plain(f"{value:f}") if isinstance(value, Decimal) else value


def _tell(traced: "Trace") -> None:
    print_ = console.console.print
    value = " (leeg / empty)" if traced.value is None else f" = {traced.value} {traced.unit or ''}".rstrip()
    print_(console.styled("[bold]{}[/]{} (uitgave / release {})", traced.key, value, traced.release_id))
    if traced.origin:
        origin = traced.origin
        place = f", blad / sheet {origin.sheet}, rij / row {origin.row_number}" if origin.sheet else ""
        print_(f"  {origin.file_name}{place}")
        print_(
            f"  sha256 {origin.sha256}, ontvangen / received {console.moment(origin.received_at)} "
            f"({origin.submission_id})"
        )
        rows = [[c.field, c.cell or "(lay-out)", c.header, c.text, _shown(c.published)] for c in traced.cells]
        if not rows:
            return
        console.show_rows(
            "Cellen / cells", ["veld / field", "cel / cell", "kop / header", "tekst / text", "gepubliceerd"], rows
        )
        return
    if traced.reason:
        print_(f"  {traced.reason}")
    for side, total, added in traced.sums():
        word = "[green]klopt / adds up[/]" if added == total else "[red]klopt niet / does not add up[/]: {}"
        parts_nl, parts_en = ("deel", "part") if (count := traced.count(side)) == 1 else ("delen", "parts")
        told = f"  {{}} {{}} = {{}} {parts_nl} / {parts_en}, {word}"
        print_(console.styled(told, _SIDES[side], total, count, added))
    if traced.parts:
        parts = [[_SIDES[part.side], part.amount, part.trace_key] for part in traced.parts[: console.ROWS_SHOWN]]
        console.show_rows("Delen / parts", ["kant / side", "bedrag / amount", "trace_key"], parts)
        console.show_more(len(traced.parts))


def _tell_moment(rebuilt: "AsKnown", mart: str) -> None:
    """Which moment and release an answer is about, and what stands between."""
    then = rebuilt.release.release_id if rebuilt.release else "nog geen / none yet"
    when = f"{rebuilt.moment:%Y-%m-%d %H:%M} UTC"
    console.console.print(f"{mart}, zoals bekend op / as known on {when} (uitgave toen / release then: {then})")
    for note in rebuilt.notes:
        console.console.print(console.styled("[yellow]let op / note[/]  {}", note))


def _tell_rows(mart: str, found: "MartRows") -> None:
    """The first rows of a mart."""
    rows = [[console.short(value) for value in row] for row in found.rows[: console.ROWS_SHOWN]]
    console.show_rows(mart, found.columns, rows)
    console.show_more(len(found.rows), "met / with --json, --csv")
