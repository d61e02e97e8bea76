"""Whether releases are what they were when they were published: files, signature, and the chain of manifests."""

from pathlib import Path

from flows.forms.names import DATABASE
from flows.release import anchor, kept, publishing
from flows.release.kept import MANIFEST, RETIRED, NotReadBack, Release
from flows.release.sign import is_signed, trusted_keys
from flows.settings import Settings


def problems(settings: Settings, checked: Release, public_pem: str | None = None) -> list[str]:
    """What is wrong with a release; empty when every file, its signature and its link to the one before hold.

    Args:
        checked: a release; of a retired one only manifest and chain are there to check.
        public_pem: the key it must be signed with; when left out, the one that is configured, or one of those that
            are trusted beside it (`Settings.trusted_keys`).
    """
    return _own_problems(settings, checked, public_pem) + _broken_link(settings, checked)


def problems_in(settings: Settings, folder: Path, public_pem: str | None = None) -> list[str]:
    """What is wrong with the release in a folder, one that cannot even be opened too."""
    try:
        return problems(settings, kept.find(settings, folder.name), public_pem)
    except NotReadBack as error:
        return [str(error)]


def expect_signed(settings: Settings, checked: Release) -> None:
    """Hold the manifest of a release against the trusted keys, before anything it says is used.

    Raises:
        NotReadBack: when none of them signed it.
    """
    if not any(is_signed(checked.folder / MANIFEST, key) for key in trusted_keys(settings)):
        raise NotReadBack(f"{MANIFEST} of {checked.release_id} is not signed with a key that is trusted here")


def changed_key(settings: Settings, checked: Release) -> bool:
    """Whether a release names another key than the one before it: the key was changed, or somebody else signed."""
    reference = checked.manifest["previous_release"]
    try:
        before = kept.find(settings, reference["release_id"]) if reference else None
    except (LookupError, NotReadBack):
        return False
    return before is not None and before.manifest["signing"]["public_key"] != checked.manifest["signing"]["public_key"]


def rollback(settings: Settings, release_id: str) -> Release:
    """Point ``current`` to an earlier (or later) release whose files are kept, in one atomic step.

    Raises:
        LookupError: when there is no such release, or its files were not kept.
        NotReadBack: when it is not what it was, or not signed; ``current`` is left alone.
    """
    target = kept.find(settings, release_id)
    if target.folder.parent != settings.releases:
        raise LookupError(
            f"the files of {release_id} were not kept; veerkracht releases rebuild {release_id} makes them again, apart"
        )
    found = _own_problems(settings, target)
    if found:
        raise NotReadBack(f"{release_id} is not served: {'; '.join(found)}")
    publishing.switch(settings, target.folder)
    anchor.leave(settings, kept.published(settings)[-1], target.release_id)
    return target


def _own_problems(settings: Settings, checked: Release, public_pem: str | None = None) -> list[str]:
    """What is wrong with a release by itself. Its database is opened last, once everything else holds."""
    found = []
    if checked.folder.name != checked.release_id:
        found.append(f"its folder is called {checked.folder.name}, its manifest is that of {checked.release_id}")
    keys = [public_pem] if public_pem else trusted_keys(settings)
    if not any(is_signed(checked.folder / MANIFEST, key) for key in keys):
        found.append(f"{MANIFEST} is not signed with this key")
    if checked.folder.parent.name == RETIRED:
        return found
    if not any(is_signed(checked.database, key) for key in keys):
        found.append(f"{DATABASE} is not signed with this key")
    try:
        publishing.read_back(checked.folder)
        if not found:
            publishing.read_back_database(checked.folder)
    except NotReadBack as error:
        found.append(str(error))
    return found


def _broken_link(settings: Settings, checked: Release) -> list[str]:
    reference = checked.manifest["previous_release"]
    if reference is None:
        return ["it names no earlier release and lists some"] if checked.manifest["earlier_releases"] else []
    try:
        before = kept.find(settings, reference["release_id"])
    except LookupError:
        return [f"the release before, {reference['release_id']}, is gone"]
    except NotReadBack as error:
        return [f"the release before: {error}"]
    if kept.manifest_sha256(before) != reference["manifest_sha256"]:
        return [f"the manifest of the release before, {reference['release_id']}, is not the one it followed"]
    return []
