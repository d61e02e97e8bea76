"""What pages share: the style, the scripts, and the library that makes lists sort, filter and be searched.

DataTables comes with the wheel of itables as a module, which a browser does not load from a file share; it is written
as a classic script instead. Nothing comes from another host.
"""

import re
import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_OWN = ("site.css", "site.js", "icon.svg")
TABLES = "datatables.js"
_EXPORTS = re.compile(r"export\s*\{([^}]*)\}\s*;?")


class NotTheLibrary(Exception):
    """The wheel holds another form of DataTables than this was written for."""


def write(folder: Path, shared: Path) -> None:
    """Write the shared files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _OWN:
        shutil.copyfile(shared / name, folder / name)
    (folder / TABLES).write_text(tables(), encoding="utf-8")


@cache
def tables() -> str:
    """DataTables, what the bundle exports by default, as a classic script that leaves ``DataTable`` behind.

    Raises:
        NotTheLibrary: when the bundle does not export it.
    """
    wheel = find_spec("itables")  # where it lies; importing it would bring pandas and notebooks along
    if wheel is None or wheel.origin is None:
        raise NotTheLibrary("itables is not installed")
    text = Path(wheel.origin).with_name("html").joinpath("dt_bundle.js").read_text(encoding="utf-8")
    exports = _EXPORTS.findall(text)
    # A pair either way, which the types of `reversed` do not say.
    names = dict(
        reversed(part.split(" as ")) if " as " in part else (part, part)  # type: ignore[misc]
        for found in exports
        for part in map(str.strip, found.split(","))
    )
    if len(exports) != 1 or "default" not in names:
        raise NotTheLibrary(f"itables exports {sorted(names)}, not one library by default")
    body = _EXPORTS.sub(f"window.DataTable={names['default']};", text)
    return f'(function(){{"use strict";\n{body}\n}})();\n'
