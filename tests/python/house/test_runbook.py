"""The runbook: what a night ends with or a command says leads to a page, which is there, and so are its commands."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import duckdb
import pytest
import typer

from flows import cli, registry, sights
from flows.commands import shared
from flows.settings import PROJECT
from flows.standing import Outcome

PAGES = {path.stem: path for path in (PROJECT / "docs" / "runbook").glob("*.md")}
COMMANDS: Any = typer.main.get_command(cli.app)
# Nights as somebody on duty finds them in the morning, and the page each needs.
NIGHTS: dict[str, tuple[Any, str]] = {
    "every file refused": (Outcome("held", rejected=["OMG.xlsx"]), "held-all-refused"),
    "a printed figure": (Outcome("held", reasons=["DQ16A: Een gedrukt cijfer"]), "held-printed-figure"),
    "projects lost": (Outcome("held", reasons=["G02: Een meetmoment heeft minder"]), "held-lost-projects"),
    "personal data": (Outcome("held", reasons=["PUB02: Persoonsgegevens"]), "held-personal-data"),
    "more projects": (Outcome("held", reasons=["DQ16B: zie seeds/plan/meetmoment.csv"]), "held-more-projects"),
    "sums": (Outcome("held", reasons=["DQ16B: Twee wegen"]), "held-release-check"),
    "a full disk": (OSError(28, "No space left on device"), "full-disk"),
    "too little memory": (RuntimeError("Out of Memory Error: could not allocate block of size 256.0 KiB"), "no-memory"),
    "a reader that died": (type("ReadingFailed", (RuntimeError,), {})("reading failed"), "reader-died"),
    "a broken registry": (type("RegistryBroken", (Exception,), {})("plan.csv"), "registry-broken"),
    "a release that was touched": (type("NotReadBack", (Exception,), {})("release 2021-04-19.1"), "release-not-whole"),
    "a defect of ours": (KeyError("speerpunt"), "night-failed"),
}


@pytest.mark.parametrize("night", NIGHTS)
def test_each_night_leads_to_its_page(night: str) -> None:
    end, page = NIGHTS[night]
    found = sights.of_hold(end.reasons) if isinstance(end, Outcome) else [sights.of_failure(end)]
    assert [sight.page for sight in found] == [page]
    assert PAGES[page].is_file()


def test_what_failed_because_of_a_full_disk_is_told_as_that() -> None:
    try:
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise RuntimeError("release 2021-04-19.1 was not written") from error
    except RuntimeError as told:
        assert sights.of_failure(told) is sights.FULL


@pytest.mark.parametrize("error", [MemoryError(), duckdb.OutOfMemoryException("Out of Memory Error: 3.7 GiB used")])
def test_what_failed_for_want_of_memory_is_no_fault_of_the_code(error: Exception) -> None:
    assert sights.of_failure(error) is sights.MEMORY
    assert shared.in_words(error) == f"het geheugen was te klein / there was too little memory: {error}"


def test_every_failure_is_said_in_both_languages() -> None:
    """The sentence of an exception is of one language, or of a library; what is seen of it is said beside it."""
    failures = {end for end, _ in NIGHTS.values() if isinstance(end, BaseException)}
    seen = {sights.of_failure(error) for error in failures} | {sights.BUSY, sights.SETTING, sights.DAMAGED}
    assert len(seen) > 6 and all(sight.seen_nl and sight.seen_en for sight in seen)


def test_every_critical_rule_of_gate_2_has_a_page() -> None:
    critical = [rule.rule_id for rule in registry.rules().values() if rule.gate == "release"]
    assert critical and all(sights.of_hold([f"{rule}: ..."])[0].page in PAGES for rule in critical)


def test_each_sight_has_one_page_and_each_page_is_a_sight_and_in_the_list() -> None:
    assert {sight.page for sight in sights.SIGHTS} == set(PAGES)
    listed = re.findall(r"\(runbook/([a-z0-9-]+)\.md\)", (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(PAGES)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_the_commands_files_and_links_of_a_page_exist(page: str) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    for said in re.findall(r"`(veerkracht [^`]+)`", text):
        expect_command(shlex.split(said.replace("...", "x"))[1:])
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (PAGES[page].parent / link).is_file(), link
    for path in re.findall(r"`(seeds/[a-z_/]+\.csv)`", text):
        assert (PROJECT / path).is_file(), path
    for rule in re.findall(r"`([A-Z]{1,3}\d{2}[A-Z]?)`", text):
        assert rule in registry.rules(), rule


def expect_command(words: list[str]) -> None:
    """Fail where the command line has no such command, or the command no such option."""
    command = COMMANDS
    while isinstance(command, click.Group) or hasattr(command, "commands"):
        if not words:
            return
        name = words.pop(0)
        assert name in command.commands, name
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known | {"--help"}, words


def test_the_pages_are_found_from_where_a_message_names_them() -> None:
    assert all(Path(PROJECT, sight.path).is_file() and len(sight.todo_nl) > 20 for sight in sights.SIGHTS)
