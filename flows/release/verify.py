"""Whether releases are what they were when they were published: files, signature, and the chain of manifests."""

from pathlib import Path

from flows.release import kept, publishing
from flows.release.kept import NotReadBack, Release
from flows.release.sign import trusted_keys
from flows.settings import Settings


def problems(settings: Settings, folder: Path, public_pem: str | None = None) -> list[str]:
    """What is wrong with the release in a folder; empty when every file, its signature and its link to the one before
    hold. Of one whose manifest nobody trusted signed, nothing else is looked at.

    Args:
        folder: of a release; of a retired one only manifest and chain are there to check.
        public_pem: the key it must be signed with; when left out, the one that is configured, or one of those that
            are trusted beside it (`Settings.trusted_keys`).
    """
    try:
        checked = kept.opened(folder, [public_pem] if public_pem else trusted_keys(settings))
    except NotReadBack as error:
        return [str(error)]
    return own_problems(checked) + _broken_link(settings, checked, [public_pem] if public_pem else [])


def own_problems(checked: Release) -> list[str]:
    """What is wrong with a signed release by itself. Its database is opened last, once everything else holds."""
    found = []
    if checked.folder.name != checked.release_id:
        found.append(
            f"haar map heet {checked.folder.name}, haar manifest is dat van {checked.release_id}"
            f" / its folder is called {checked.folder.name}, its manifest is that of {checked.release_id}"
        )
    if not checked.has_files:
        return found
    found += publishing.differing(checked)
    try:
        assert checked.database
        if not found:
            publishing.read_back_database(checked)
    except NotReadBack as error:
        found.append(str(error))
    return found


def changed_key(settings: Settings, checked: Release) -> bool:
    """Whether a release names another key than the one before it: the key was changed, or somebody else signed."""
    reference = checked.manifest["previous_release"]
    try:
        before = kept.find(settings, reference["release_id"]) if reference else None
    except (LookupError, NotReadBack):
        return False
    return before is not None and before.manifest["signing"]["public_key"] != checked.manifest["signing"]["public_key"]


def _broken_link(settings: Settings, checked: Release, keys: list[str]) -> list[str]:
    reference = checked.manifest["previous_release"]
    if reference is None:
        if not checked.manifest["earlier_releases"]:
            return []
        return ["ze noemt geen vorige uitgave en somt er wel op / it names no earlier release and lists some"]
    try:
        before = kept.find(settings, reference["release_id"], keys)
    except LookupError:
        return [f"de uitgave ervoor is weg / the release before is gone: {reference['release_id']}"]
    except NotReadBack as error:
        return [f"de uitgave ervoor / the release before: {error}"]
    if kept.manifest_sha256(before) != reference["manifest_sha256"]:
        return [
            "het manifest van de uitgave ervoor is niet dat waarop ze volgde / the manifest of the release before is "
            f"not the one it followed: {reference['release_id']}"
        ]
    return []
