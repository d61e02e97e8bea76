"""Reads the catalogue of a release as a CKAN harvester does: with the profiles of ckanext-dcat, from its package.

The profiles are made for a running CKAN; of CKAN itself they need a few plain functions, which stand in for it here.
Argument: the Turtle file of a catalogue. Prints per dataset what CKAN would take from it, as JSON.
"""

import json
import re
import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, ClassVar
from unittest.mock import MagicMock

import rdflib


class StandIn(ModuleType):
    """A module of CKAN of which nothing is used but what is set on it; what is called an error can be caught."""

    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        if name.endswith(("Error", "Exception", "NotFound", "Invalid")):
            return type(name, (Exception,), {})
        return MagicMock(name=name)


class Finder(MetaPathFinder, Loader):
    """Finds a stand-in for whatever is imported of CKAN."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """A stand-in, of CKAN and its toolkit only."""
        return ModuleSpec(name, self, is_package=True) if name.split(".")[0] in ("ckan", "ckantoolkit") else None

    def create_module(self, spec: ModuleSpec) -> StandIn:
        """The stand-in."""
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing stands in it."""


def as_bool(value: object) -> bool:
    """As CKAN reads its settings."""
    return str(value).lower() in ("true", "yes", "on", "1")


def as_list(value: object) -> list[str]:
    """As CKAN reads its settings."""
    return value if isinstance(value, list) else str(value or "").split()


def munge_tag(tag: str) -> str:
    """A keyword as CKAN keeps it."""
    return re.sub(r"[^a-z0-9\-_. ]", "", tag.lower()).replace(" ", "-")


def stand_in_for_ckan() -> None:
    """Puts the modules in place that the profiles import."""
    sys.meta_path.insert(0, Finder())
    toolkit: Any = import_module("ckantoolkit")
    toolkit.config = {"ckan.locale_default": "nl"}
    toolkit.asbool, toolkit.aslist = as_bool, as_list
    munge: Any = import_module("ckan.lib.munge")
    munge.munge_tag = munge_tag
    helpers: Any = import_module("ckan.lib.helpers")
    helpers.resource_formats = dict
    licenses: Any = import_module("ckan.model.license")
    licenses.LicenseRegister = lambda: MagicMock(values=list)


def main(path: str) -> list[dict[str, Any]]:
    """What CKAN takes of each dataset of the catalogue."""
    stand_in_for_ckan()
    # It is in an environment of its own, where no types are checked.
    from ckanext.dcat.profiles import EuropeanDCATAP3Profile  # type: ignore[import-not-found]

    graph = rdflib.Graph().parse(path)
    profile = EuropeanDCATAP3Profile(graph, compatibility_mode=False)
    found = []
    for reference in sorted(profile._datasets()):
        taken = profile.parse_dataset({"title": "", "extras": [], "resources": [], "tags": []}, reference)
        extras = {extra["key"]: extra["value"] for extra in taken["extras"]}
        found.append(
            {
                "uri": str(reference),
                "title": taken["title"],
                "version": taken.get("version") or extras.get("version"),
                "issued": extras.get("issued"),
                "publisher": extras.get("publisher_name"),
                "contact": extras.get("contact_email"),
                "spatial": extras.get("spatial_uri"),
                "language": extras.get("language"),
                "resources": [
                    {name: resource.get(name) for name in ("name", "url", "download_url", "size", "hash", "format")}
                    for resource in taken["resources"]
                ],
            }
        )
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
