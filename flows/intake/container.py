"""ZIP containers, which workbooks are too: their limits, their names, and the returns packed in a plain one."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flows.intake.fit import Refusal
from flows.intake.sandbox import is_of_the_machine
from flows.intake.sheets import Intake, Refused, over_limit

_MB = 1024**2
_PIECE = _MB
_RATIO_FLOOR = 10 * _MB
"""Real workbooks have small parts that inflate more than a hundredfold."""
_LEFT_BY_SYSTEMS = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_UNSAFE = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.?(/|$)|//|[\x00-\x1f\x7f]")
_CUT = "onvolledig of beschadigd (incomplete or damaged)"
Read = Callable[[bytes, str, Intake], None]


@contextmanager
def opened(content: bytes, intake: Intake) -> Iterator[zipfile.ZipFile]:
    """The container, after its limits were held to what it says and then to what really comes out of it."""
    with unreadable_refused(), zipfile.ZipFile(io.BytesIO(content)) as container:
        _hold_to_what_it_says(container, intake)
        for entry in container.infolist():
            _inflate(container, entry, intake)
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        yield container


@contextmanager
def unreadable_refused() -> Iterator[None]:
    """A container that cannot be read is refused; zipfile raises whatever its decompressors raise."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        if is_of_the_machine(error):
            raise
        cut = isinstance(error, zipfile.BadZipFile | zlib.error | EOFError)
        raise Refused(Refusal("F01", value=_CUT if cut else f"zip: {error}"[:200])) from None


def read_packed(content: bytes, intake: Intake, read: Read) -> None:
    """Read each return packed in a plain container, in the order of their names."""
    with opened(content, intake) as container:
        entries = [e for e in container.infolist() if not e.is_dir() and not _LEFT_BY_SYSTEMS.search(e.filename)]
        names = [entry.filename for entry in entries]
        unsafe = [name for name in names if _UNSAFE.search(name) or len(name) > 200]
        twins = [name for name in names if [n.casefold() for n in names].count(name.casefold()) > 1]
        if unsafe or twins:
            intake.tell(Refusal("F10", value=repr(name)[1:201]) for name in dict.fromkeys(unsafe + twins))
            return
        if not names:
            raise Refused(Refusal("F01", value="zip: 0 files"))
        for entry in sorted(entries, key=lambda e: e.filename):
            try:
                read(container.read(entry), entry.filename, intake)
            except Refused as refused:  # the other returns are still read, so that all their defects are told
                intake.tell([_named(refused.refusal, entry.filename)])


def _named(refusal: Refusal, member: str) -> Refusal:
    if refusal.sheet:
        return refusal
    return Refusal(**{**vars(refusal), "sheet": member})


def _hold_to_what_it_says(container: zipfile.ZipFile, intake: Intake) -> None:
    entries = container.infolist()
    limits = intake.limits
    if len(entries) > limits.max_zip_parts:
        raise over_limit(f"{len(entries)} onderdelen (parts)", f"{limits.max_zip_parts}")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused(Refusal("F07", value="zip + password"))
    inflated = sum(entry.file_size for entry in entries)
    if intake.inflated + inflated > limits.max_inflated_mb * _MB:
        raise over_limit(
            f"{(intake.inflated + inflated) / _MB:.0f} MB uitgepakt (inflated)", f"{limits.max_inflated_mb} MB"
        )
    for entry in entries:
        ratio = entry.file_size // max(entry.compress_size, 1)
        if entry.file_size > _RATIO_FLOOR and ratio > limits.max_inflate_ratio:
            raise over_limit(f"{entry.filename[:100]} x{ratio}", f"x{limits.max_inflate_ratio}")


def _inflate(container: zipfile.ZipFile, entry: zipfile.ZipInfo, intake: Intake) -> None:
    """Count what comes out, since a container can say less than it holds; reading to the end also checks the sum."""
    came = 0
    with container.open(entry) as part:
        while piece := part.read(_PIECE):
            came += len(piece)
            intake.inflated += len(piece)
            if intake.inflated > intake.limits.max_inflated_mb * _MB:
                raise over_limit(
                    f"{intake.inflated / _MB:.0f} MB uitgepakt (inflated)", f"{intake.limits.max_inflated_mb} MB"
                )
            if came > _RATIO_FLOOR and came > intake.limits.max_inflate_ratio * max(entry.compress_size, 1):
                raise over_limit(f"{entry.filename[:100]}", f"x{intake.limits.max_inflate_ratio}")
