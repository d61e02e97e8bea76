"""The machine-readable CSV edition described twice: as a Frictionless Data Package and as CSV on the Web."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.forms import contents, publication
from flows.forms.contents import Column, Mart
from flows.forms.edition import Edition
from flows.forms.names import COMPRESSED, CSV, csv_of

DATA_PACKAGE, CSVW = "datapackage.json", "csv-metadata.json"
_TYPES = {
    # DuckDB -> (Frictionless, CSVW)
    "VARCHAR": ("string", "string"),
    "BIGINT": ("integer", "integer"),
    "INTEGER": ("integer", "integer"),
    "SMALLINT": ("integer", "integer"),
    "DECIMAL": ("number", "decimal"),
    "DOUBLE": ("number", "double"),
    "DATE": ("date", "date"),
    "TIMESTAMP": ("datetime", "dateTime"),
    "BOOLEAN": ("boolean", "boolean"),
}


def write(
    folder: Path,
    edition: Edition,
    marts: Sequence[Mart],
    files: Sequence[Mapping[str, Any]],
    kept: Sequence[Mapping[str, Any]],
) -> None:
    """Write both descriptions into ``folder``.

    Args:
        files: path, bytes and sha256 of every data file.
        kept: the publication calendar with its missed dates.
    """
    described = contents.by_audience([mart for mart in marts if CSV in mart.forms])
    by_path = {str(file["path"]): file for file in files}
    of = {mart.name: by_path[path] for mart in described if (path := csv_of(mart.name, by_path))}
    _dump(folder / DATA_PACKAGE, _data_package(edition, described, of, kept))
    _dump(folder / CSVW, _csvw(edition, described, {name: str(file["path"]) for name, file in of.items()}))


def _data_package(
    edition: Edition, marts: Sequence[Mart], of: Mapping[str, Mapping[str, Any]], kept: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    names = {mart.name for mart in marts}
    return {
        "$schema": "https://datapackage.org/profiles/1.0/datapackage.json",
        "name": re.sub(r"[^a-z0-9._-]+", "-", publication.value("plan_code").lower()),
        "id": publication.release_uri(edition.release_id),
        "title": publication.value("title", "nl"),
        "description": publication.value("description", "nl"),
        "homepage": publication.value("base_uri"),
        "version": edition.release_id,
        "created": edition.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "licenses": [{"path": publication.value("licence"), "title": publication.value("licence_title", "en")}],
        "contributors": [{"title": publication.value("publisher_name", "nl"), "role": "publisher"}],
        "publicationCalendar": list(kept),
        "resources": [_resource(mart, of[mart.name], names) for mart in marts],
    }


def _resource(mart: Mart, file: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {
        "name": mart.name,
        "path": file["path"],
        "profile": "tabular-data-resource",
        "title": mart.label_nl,
        "description": mart.comment,
        "format": "csv",
        "mediatype": "text/csv",
        **({"compression": "gz"} if str(file["path"]).endswith(COMPRESSED) else {}),
        "encoding": "utf-8",
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
        "dialect": {"delimiter": ",", "doubleQuote": True, "header": True},
        "schema": {
            "fields": [
                {"name": c.name, "type": _types(c)[0], "title": c.label_nl, "description": c.comment} | _form(c)
                for c in mart.columns
            ],
            "primaryKey": list(mart.key),
            "foreignKeys": [
                {"fields": [fk.column], "reference": {"resource": fk.mart, "fields": [fk.parent_column]}}
                for fk in mart.foreign_keys
                if fk.mart in names and fk.mart != mart.name
            ],
        },
    }


def _csvw(edition: Edition, marts: Sequence[Mart], paths: Mapping[str, str]) -> dict[str, Any]:
    names = {mart.name for mart in marts}
    filled = {mart.name: {column.name for column in mart.columns if column.is_filled} for mart in marts}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "@id": publication.release_uri(edition.release_id),
        "dc:title": publication.value("title", "en"),
        "dc:license": {"@id": publication.value("licence")},
        "dialect": {"delimiter": ",", "encoding": "utf-8", "header": True, "lineTerminators": ["\n"]},
        "tables": [
            {
                "url": paths[mart.name],
                "dc:title": [
                    {"@value": mart.label_nl, "@language": "nl"},
                    {"@value": mart.label_en, "@language": "en"},
                ],
                "dc:description": [
                    {"@value": mart.description_nl, "@language": "nl"},
                    {"@value": mart.description, "@language": "en"},
                ],
                "tableSchema": {
                    "columns": [
                        {
                            "name": c.name,
                            "titles": c.name,
                            "dc:title": {"@value": c.label_nl, "@language": "nl"},
                            "dc:description": [
                                {"@value": c.meaning_nl, "@language": "nl"},
                                {"@value": c.description, "@language": "en"},
                            ],
                            "datatype": _types(c)[1],
                        }
                        for c in mart.columns
                    ],
                    "primaryKey": list(mart.key),
                    "foreignKeys": [
                        {
                            "columnReference": fk.column,
                            "reference": {"resource": paths[fk.mart], "columnReference": fk.parent_column},
                        }
                        for fk in mart.foreign_keys
                        # CSV on the Web knows no reference that may be empty.
                        if fk.mart in names and fk.column in filled[mart.name]
                    ],
                },
            }
            for mart in marts
        ],
    }


def _types(column: Column) -> tuple[str, str]:
    return _TYPES[column.data_type.split("(")[0]]


def _form(column: Column) -> dict[str, str]:
    return {"format": "any"} if column.data_type == "TIMESTAMP" else {}


def _dump(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
