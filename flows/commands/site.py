"""The commands of who looks at the plan, or makes what they look at: `veerkracht serve | site`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands import console, shared
from flows.commands.figures import PANEL
from flows.commands.shared import Plan

if TYPE_CHECKING:
    from flows.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command(rich_help_panel=PANEL)(serve)
    app.command("site", rich_help_panel=PANEL)(build)


def serve(
    plan: Plan = None,
    port: Annotated[int, typer.Option(help="Port on this machine; 0 for any that is free.")] = 8765,
) -> None:
    """The site of the current release on this machine alone, until it is interrupted.

    A release that comes meanwhile is shown from then on. The site needs no server: index.html of a release opens as it
    stands. Exit codes: 0 interrupted, 1 no release yet, or the port is taken.
    """
    from flows.release import serving

    settings = shared.settings_of(plan)
    shared.current(settings)
    with serving.server(settings, port) as served:
        host, chosen = served.server_address[:2]
        console.console.print(f"http://{host!s}:{chosen}/index.html    (stoppen / stop: Ctrl+C)")
        try:
            served.serve_forever()
        except KeyboardInterrupt:
            return


def build(
    to: Annotated[Path, typer.Option("--to", help="Folder that is made, or whose pages are replaced.")],
    plan: Plan = None,
) -> None:
    """Build the site of the current release into a folder of its own: to see a page that you are making.

    docs/adding-a-page.md says what a page is. The release stays as it is; its files to download are not copied.
    Exit codes: 0 built, 1 a page is not declared as it should be, its query fails, or there is no release.
    """
    from flows.forms.dictionary import TABLE
    from flows.forms.edition import Edition
    from flows.site.building import build_site

    settings = shared.settings_of(plan)
    current = shared.current(settings)
    to.mkdir(parents=True, exist_ok=True)
    current.file(TABLE)  # held against the manifest before it is read, as the database is
    memory = settings.memory_beside(settings.warehouse)
    count = build_site(current.database.parent, to, Edition.of_manifest(current.manifest), memory=memory)
    pages = console.counted(count, "bladzijde", "bladzijden", "page", "pages")
    console.console.print(f"{pages}: {to / 'index.html'}")


def page(settings: "Settings") -> str:
    """Where the site of the current release begins."""
    return str(settings.current / "index.html")
