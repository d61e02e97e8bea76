"""A harvester written by others, CKAN's, takes every release, its title and its files from the catalogue."""

import json
import subprocess
from typing import Any

import pytest
from conftest import DemoRun

from flows.forms import catalogue, edition, publication
from flows.forms.names import WHOLE
from flows.release import kept
from flows.settings import PROJECT

CKAN = PROJECT / ".venv-ckan" / "bin" / "python"


@pytest.fixture(scope="module")
def harvested(released: DemoRun) -> dict[str, dict[str, Any]]:
    """Address -> what CKAN takes of a dataset; where only `make test` ran its package is absent, never in .ci/run."""
    if not CKAN.exists():
        pytest.skip("no harvester here; `make bi` installs it")
    current = kept.current(released.settings)
    assert current
    ran = subprocess.run(
        [CKAN, PROJECT / "tests/bi/read_as_ckan.py", current.folder / catalogue.TURTLE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return {dataset["uri"]: dataset for dataset in json.loads(ran.stdout)}


def test_every_release_is_taken_with_a_title_and_a_version_of_its_own(
    released: DemoRun, harvested: dict[str, dict[str, Any]]
) -> None:
    releases = {publication.release_uri(r.release_id): r for r in kept.published(released.settings)}
    assert set(harvested) == set(releases)
    for address, taken in harvested.items():
        assert taken["version"] == releases[address].release_id
        assert taken["title"].startswith(publication.value("title", "nl")) and "stand op" in taken["title"]
        assert taken["publisher"] == publication.value("publisher_name", "nl")
        assert taken["contact"] == publication.value("contact_email")
        assert taken["issued"] and taken["language"] and taken["spatial"] == publication.value("spatial")


def test_every_file_is_taken_with_its_size_and_its_checksum_and_what_holds_all_comes_first(
    released: DemoRun, harvested: dict[str, dict[str, Any]]
) -> None:
    current = kept.current(released.settings)
    assert current
    base = publication.release_uri(current.release_id)
    taken = {file["url"]: file for file in harvested[base]["resources"]}
    listed = {entry["path"]: entry for entry in [*current.manifest["files"], current.manifest["database"]]}
    assert [file["url"] for file in harvested[base]["resources"]][:3] == [f"{base}/{path}" for path in WHOLE]
    assert len(taken) > 200
    for address, file in taken.items():
        entry = listed[address.removeprefix(f"{base}/")]
        assert (file["size"], file["hash"]) == (entry["bytes"], entry["sha256"]) and file["name"]


def test_a_release_before_keeps_the_files_that_hold_all_of_it(
    released: DemoRun, harvested: dict[str, dict[str, Any]]
) -> None:
    for before in kept.published(released.settings)[:-1]:
        base = publication.release_uri(before.release_id)
        taken = {(file["url"], file["hash"]) for file in harvested[base]["resources"]}
        assert taken == {(f"{base}/{f['path']}", f["sha256"]) for f in edition.whole_files(before.manifest)}
        assert len(taken) == len(WHOLE)
