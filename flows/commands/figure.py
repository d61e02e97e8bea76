"""The account of a figure as people read it on one screen, in one language."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flows import wording
from flows.commands import console

if TYPE_CHECKING:
    from flows.account.figure import Account, Side
    from flows.account.search import Candidate, Found

_FILES_SHOWN = 5
_RESTATED_SHOWN = 5
_OFFERED = 12
_WIDTH = 22
_NAME_WIDTH = 46
_LARGE = {
    "EUR million": {"nl": "miljoen euro", "en": "million euro"},
    "EUR billion": {"nl": "miljard euro", "en": "billion euro"},
}
_NO_SHEET = "csv"  # what a file without sheets has in the place of one
_PROJECTS = (("project", "projecten"), ("project", "projects"))


class Teller:
    """Writes the account of a figure in one language."""

    def __init__(self, account: "Account", language: str) -> None:
        self.account, self.language = account, language

    def say(self, nl: str, en: str) -> str:
        """The sentence of the language."""
        return {"nl": nl, "en": en}[self.language]

    def counted(self, count: int, nl: tuple[str, str], en: tuple[str, str]) -> str:
        """A number and its word."""
        one, more = nl if self.language == "nl" else en
        return wording.counted(count, one, more, self.language)

    def of(self, row: dict[str, Any], name: str) -> str:
        """What a row says in the language, or in the other where it says nothing in this one."""
        return row[f"{name}_{self.language}"] or row[f"{name}_nl"] or row[f"{name}_en"] or ""

    def value(self, value: Any, unit: str | None = None) -> str:
        """A value in its unit, as the readers of the language write it."""
        return in_unit(value, unit, self.language)

    def lines(self) -> Iterator[tuple[str, list[str]]]:
        """Each question about the figure with its answer, a line or more."""
        say = self.say
        yield say("Wat is het", "What it is"), list(self._what())
        yield say("Gedrukt", "Printed"), list(self._printed()) or [say("niet in het register", "not in the registry")]
        yield say("Eerst bekend", "First known"), list(self._first())
        yield say("Nu", "Now"), list(self._now())
        if self.account.scopes:
            yield say("Constante afbakening", "Constant scope"), list(self._scopes())
        for side in self.account.sides:
            yield self._name_of(side), list(self._made_of(side))
        for side_of, total, added in self.account.trace.sums():
            name = say({"numerator": "de teller"}.get(side_of, "de noemer"), f"the {side_of}")
            if self.account.denominator is None:
                name = say("dit cijfer", "this figure")
            told = say(f"de delen tellen op tot {name}", f"the parts add up to {name}")
            if total != added:
                told = say(f"DE DELEN ZIJN SAMEN NIET {name}", f"THE PARTS ARE NOT {name}")
            yield "", [f"{told}: {wording.number(total, self.language)}"]
        if self.account.reason:
            nl, _, en = self.account.reason.partition(" / ")
            yield say("Geen som", "No sum"), [say(nl, en or nl)]
        yield say("Waarschuwingen", "Warnings"), list(self._warnings())
        yield say("Gewijzigd", "What changed"), list(self._changed())
        yield say("Herkomst", "Where from"), list(self._origin())

    def _what(self) -> Iterator[str]:
        account = self.account
        yield self.say(account.label_nl, account.label_en)
        if meaning := self.say(account.meaning_nl or account.meaning_en, account.meaning_en or account.meaning_nl):
            yield meaning
        yield f"{self.say('sleutel', 'key')} {account.short_key} = {account.key}"

    def _printed(self) -> Iterator[str]:
        for row in self.account.printed:
            source = f"{self.say('bron', 'source')}: {self.of(row, 'source')}"
            note = "; ".join(filter(None, (source, self.of(row, "note"))))
            yield f"{self.value(row['printed'], row['unit'])} ({note}): {self.of(row, 'verdict').lower()}"

    def _first(self) -> Iterator[str]:
        account, say = self.account, self.say
        for row in account.first_complete:
            if row["first_complete_at"] is None:
                yield say("nog niet volledig geleverd", "not delivered completely yet")
                continue
            when, count = self.value(row["first_complete_at"]), row["restated_project_count"]
            if count is None:
                known = say("toen was er niets van bekend", "nothing of it was known then")
                yield f"{say('bij de eerste volledige levering', 'when first complete')} ({when}): {known}"
                continue
            said = self.value(row["first_complete_eur"], "EUR")
            since = say("sindsdien niet herzien", "not restated since")
            if count:
                of, eur = self.counted(count, *_PROJECTS), self.value(row["restated_eur"], "EUR")
                since = say(f"sindsdien herzien bij {of}, samen {eur}", f"restated since at {of}, together {eur}")
            told = say("bij de eerste volledige levering: teller", "when first complete: numerator")
            if account.denominator is None:
                told = say("bij de eerste volledige levering:", "when first complete:")
            yield f"{told} {said} ({when}); {since}"
        if account.releases_not_kept is None:
            yield say(
                "vroegere uitgaven zijn hier niet: alleen deze uitgave is gelezen",
                "earlier releases are not here: only this release was read",
            )
        unread = account.releases_not_kept or 0
        for row in account.releases:
            shown, when = self.value(row["value"], account.unit), self.value(row["published_at"].date())
            yield f"{shown} {say('in uitgave', 'in release')} {row['release_id']} ({when})"
            if before := row["unread_before"]:
                yield f"{say('vóór die uitgave', 'before that release')}: {self._unread(before)}"
                unread -= before
        if unread:
            after = f"{say('daarna', 'after it')}: " if account.releases else ""
            yield f"{after}{self._unread(unread)}"

    def _unread(self, count: int) -> str:
        releases = self.counted(count, ("uitgave", "uitgaven"), ("release", "releases"))
        return f"{releases} {self.say('zonder bestanden, niet gelezen', 'without files, not read')}"

    def _now(self) -> Iterator[str]:
        account = self.account
        shown = self._exactly(account.value, account.unit)
        if account.empty_nl and account.empty_en:
            shown = f"{shown} ({self.say(account.empty_nl, account.empty_en).lower()})"
        yield f"{shown}, {self.say('in uitgave', 'in release')} {account.release_id}"
        for row in account.final:
            yield f"{self._exactly(row['value'], row['unit'])}, {self.say('definitief', 'final')}"

    def _exactly(self, value: Any, unit: str | None) -> str:
        """A value as its readers write it, and all its decimals where these say more."""
        shown = self.value(value, unit)
        exact = wording.number(value, self.language) if isinstance(value, Decimal) and unit == "percent" else shown
        return shown if exact == shown else f"{shown} ({self.say('precies', 'exactly')} {exact})"

    def _scopes(self) -> Iterator[str]:
        """A line per meetmoment, with the figure in its own scope and in each constant one."""
        rows = self.account.scopes
        names = {row["scope_code"]: self.of(row, "scope") for row in rows}
        for meetmoment in dict.fromkeys(row["meetmoment_code"] for row in rows):
            of = {row["scope_code"]: row for row in rows if row["meetmoment_code"] == meetmoment}
            mark = "→" if any(row["is_asked"] for row in of.values()) else " "
            values = [
                f"{self.value(of[code]['value'], of[code]['unit']) if code in of else wording.MISSING:>22}"
                for code in names
            ]
            yield f"{mark} {meetmoment:<4}{''.join(values)}"
        yield f"{self.say('kolommen', 'columns')}: {' | '.join(names.values())}"

    def _name_of(self, side: "Side") -> str:
        if self.account.denominator is None:
            return self.say("Waaruit", "Made of")
        return self.say("Teller", "Numerator") if side.side == "numerator" else self.say("Noemer", "Denominator")

    def _made_of(self, side: "Side") -> Iterator[str]:
        unit = "EUR" if side.is_eur else None
        rows = self.counted(side.count, ("rij", "rijen"), ("row", "rows"))
        yield f"{self.value(side.added, unit)} {self.say('uit', 'from')} {rows} {self.say('van', 'of')} {side.mart}"
        if side.side == "denominator":
            return
        for part in side.largest:
            name = textwrap.shorten(part.name, _NAME_WIDTH, placeholder=" …")
            place = _place(part.file_name, part.sheet, part.cell)
            yield f"{self.value(part.amount, unit):>20}  {name:<{_NAME_WIDTH}}  {place}".rstrip()

    def _warnings(self) -> Iterator[str]:
        account = self.account
        if account.warning_count is None:
            yield self.say("de tabel telt er geen", "its table counts none")
        else:
            yield self.counted(account.warning_count, ("waarschuwing", "waarschuwingen"), ("warning", "warnings"))
        if account.set_apart_count:
            rows = self.counted(account.set_apart_count, ("rij telt", "rijen tellen"), ("row is", "rows are"))
            yield f"{rows} {self.say('niet mee door een fout', 'not counted because of an error')}"
        for row in account.warnings:
            place = _place(row["file_name"], row["sheet"], row["cell"])
            yield f"{row['count']}× {row['rule_id']} {self.of(row, 'title')} ({self.say('bv.', 'e.g.')} {place})"

    def _changed(self) -> Iterator[str]:
        account, say = self.account, self.say
        for row in account.since_previous:
            change = self._difference(row["change"], row["unit"])
            entered, left = row["entered_count"], row["left_count"]
            like = say("niet alle projecten meldden het op beide", "not all projects told it at both")
            if row["is_like_for_like"]:
                like = say("dezelfde projecten", "the same projects")
            elif entered or left:
                like = f"{self.counted(entered, *_PROJECTS)} {say('erbij', 'added')}, {left} {say('weg', 'gone')}"
            if row["change"] is None:
                change = say("geen verschil te geven", "no difference can be given")
            previous = self.value(row["previous_figure"], row["unit"])
            yield f"{change} {say('sinds', 'since')} {self.of(row, 'label')} ({previous}); {like}"
        changed = len(account.releases) - 1
        if changed > 0:
            yield f"{say('tussen uitgaven gewijzigd:', 'changed between releases:')} {changed}×"
        for row in account.restated[:_RESTATED_SHOWN]:
            reason = row["reason"] or say("zonder opgegeven reden", "no reason given")
            kind = self.of(row, "label") or row["kind"]
            values = f"{row['old_value'] or ''} → {row['new_value'] or ''}"
            day = self.value(row["known_from"].date())
            yield f"{kind}: {row['record_key']} {row['field']} {values} ({day}; {reason})"
        if len(account.restated) > _RESTATED_SHOWN:
            yield f"+ {len(account.restated) - _RESTATED_SHOWN} (--json)"
        if account.files and not account.restated:
            count = sum(row["count"] for row in account.files)
            rows = self.counted(count, ("rij", "rijen"), ("row", "rows"))
            yield f"{say('herzien: 0 van', 'restated: 0 of')} {rows} {say('van rapporteringen', 'of returns')}"

    def _difference(self, change: Decimal | None, unit: str | None) -> str:
        if unit == "percent":
            return wording.change(change, self.language, 2) + self.say(" procentpunt", " percentage points")
        if unit == "EUR" and change is not None:
            sign = "+" if change > 0 else "−" if change < 0 else ""
            return sign + wording.euro(abs(change), self.language)
        return wording.change(change, self.language, None)

    def _origin(self) -> Iterator[str]:
        account, say = self.account, self.say
        for cell in account.trace.cells:
            text = f": „{cell.text}”" if cell.text is not None else ""
            yield f"{cell.field}: {cell.cell or say('lay-out', 'layout')}{text}"
        for row in account.files[:_FILES_SHOWN]:
            rows = self.counted(row["count"], ("rij", "rijen"), ("row", "rows"))
            sheet = f"{say('blad', 'sheet')} {row['sheet']}, " if row["sheet"] not in (None, _NO_SHEET) else ""
            yield (
                f"{row['file_name']}, {sheet}{rows}, {say('ontvangen', 'received')} {self.value(row['received_at'])}, "
                f"sha256 {row['sha256'][:12]}…"
            )
        if len(account.files) > _FILES_SHOWN:
            more = len({row["submission_id"] for row in account.files[_FILES_SHOWN:]})
            files = self.counted(more, ("bestand", "bestanden"), ("more file", "more files"))
            yield f"{say('en nog', 'and')} {files} (--json)"
        if not account.files and account.trace.parts:
            yield say(
                "geen rij van een rapportering rechtstreeks; de delen leiden verder met veerkracht trace SLEUTEL",
                "no row of a return directly; the parts lead on with veerkracht trace KEY",
            )
        elif not account.files:
            yield say("er is geen waarde of deel om te volgen", "there is no value or part to follow")


def in_unit(value: Any, unit: str | None, language: str) -> str:
    """A value in its unit, as the readers of a language write it."""
    if value is None:
        return wording.MISSING
    if isinstance(value, datetime):
        return wording.moment(value, language)
    if isinstance(value, date):
        return wording.day(value, language)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    if unit == "percent":
        return wording.percent(value, language)
    if unit == "EUR":
        return wording.euro(value, language)
    shown = wording.number(value, language)
    return f"{shown} {_LARGE[unit][language]}" if unit in _LARGE else shown


def _place(file_name: str | None, sheet: str | None, cell: str | None) -> str:
    return " ".join(filter(None, (file_name, None if sheet == _NO_SHEET else sheet, cell)))


def tell(account: "Account", language: str) -> None:
    """Write the account: a name on the left, the answer beside it."""
    for name, lines in Teller(account, language).lines():
        for number, line in enumerate(lines):
            head = f"{name:<{_WIDTH}}" if number == 0 else " " * _WIDTH
            console.console.print(console.styled("[bold]{}[/]{}", head, line), soft_wrap=True)


def offer(found: "Found", asked: str, language: str | None) -> None:
    """The figures that may be meant, with their keys; in Dutch with English beside it where no language was asked."""
    nl = f"{asked}: welk cijfer?" if found.is_exact else f"{asked}: geen cijfer; het dichtst erbij"
    en = f"{asked}: which figure?" if found.is_exact else f"{asked}: no such figure; nearest"
    if not found.candidates:
        nl = (
            f"{asked}: geen cijfer, en niets dat erop lijkt; vraag een waarde (35,41 of 218,6 mln), een sleutel of het "
            "begin ervan, of een naam (vereffend m3)"
        )
        en = (
            f"{asked}: no such figure, and nothing near it; ask for a value (35.41 or 218.6 million), a key or its "
            "beginning, or a name (paid m3)"
        )
    if found.is_gone:
        nl = f"{asked}: weggevallen, dit meetmoment meldt het niet meer; elders staat het wel"
        en = f"{asked}: gone, this meetmoment no longer reports it; elsewhere it is there"
    both = f"{nl} / {en.removeprefix(f'{asked}: ')}"
    console.console.print({"nl": nl, "en": en}.get(language or "", both), soft_wrap=True)
    for each in found.candidates[:_OFFERED]:
        console.console.print(console.styled("  [bold]{}[/]  {}", *_offered(each, language or "nl")), soft_wrap=True)
    console.show_more(len(found.candidates), shown=_OFFERED)


def _offered(each: "Candidate", language: str) -> Sequence[str]:
    value = f"= {in_unit(each.value, each.unit, language)}" if each.value is not None else ""
    return each.key, f"{each.label(language)} {value}".strip()
