"""Whether releases are what they were when they were published: files, signature, and the chain of manifests."""

from flows.publish import release
from flows.publish.release import MANIFEST, RETIRED, NotReadBack, Release
from flows.publish.sign import is_signed
from flows.publish.tables import DATABASE
from flows.settings import Settings


def problems(settings: Settings, checked: Release, public_pem: str | None = None) -> list[str]:
    """What is wrong with a release; empty when every file, its signature and its link to the one before hold.

    Args:
        checked: a release; of a retired one only manifest and chain are there to check.
        public_pem: the key it must be signed with; when left out, the key the release names itself, which shows that
            it was not changed since, and not who signed it.
    """
    found = []
    key = public_pem or checked.manifest["signing"]["public_key"]
    if not is_signed(checked.folder / MANIFEST, key):
        found.append(f"{MANIFEST} is not signed with this key")
    if checked.folder.parent.name != RETIRED:
        if not is_signed(checked.database, key):
            found.append(f"{DATABASE} is not signed with this key")
        try:
            release.read_back(checked.folder)
        except NotReadBack as error:
            found.append(str(error))
    return found + _broken_link(settings, checked)


def _broken_link(settings: Settings, checked: Release) -> list[str]:
    reference = checked.manifest["previous_release"]
    if reference is None:
        return ["it names no earlier release and lists some"] if checked.manifest["earlier_releases"] else []
    try:
        before = release.find(settings, reference["release_id"])
    except LookupError:
        return [f"the release before, {reference['release_id']}, is gone"]
    if release.sha256(before.folder / MANIFEST) != reference["manifest_sha256"]:
        return [f"the manifest of the release before, {reference['release_id']}, is not the one it followed"]
    return []
