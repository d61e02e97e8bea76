"""Rollback: another release is served, once it is known to be what it was."""

from flows.release import anchor, kept, publishing
from flows.release.kept import NotReadBack, Release
from flows.release.verify import own_problems
from flows.settings import Settings


def rollback(settings: Settings, release_id: str) -> Release:
    """Point ``current`` to an earlier (or later) release whose files are kept, in one atomic step.

    Raises:
        LookupError: when there is no such release, or its files were not kept.
        NotReadBack: when it is not what it was, or not signed; ``current`` is left alone.
    """
    target = kept.find(settings, release_id)
    if not target.has_files:
        raise LookupError(
            f"de bestanden van {release_id} zijn niet bewaard; veerkracht releases rebuild {release_id} maakt ze "
            f"opnieuw, apart / the files of {release_id} were not kept; veerkracht releases rebuild {release_id} makes "
            "them again, apart"
        )
    found = own_problems(target)
    if found:
        raise NotReadBack(f"{release_id} is niet in gebruik genomen / is not served: {'; '.join(found)}")
    publishing.switch(settings, target.folder)
    anchor.serve(settings, target.release_id)
    return target
