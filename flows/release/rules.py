"""What a change of rules or of code did to what was published: which files changed, and which values moved by it.

The receipts of the release before are made into marts again by the rules of today; whatever differs from what that
release published, differs by them alone, since nothing that came in later is among it.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from flows import registry
from flows.forms import carried, contents
from flows.forms.contents import TRACE_KEY, Mart
from flows.intake import archive
from flows.intake.archive import Receipt
from flows.release.kept import Release
from flows.settings import Settings
from flows.warehouse import transform
from flows.warehouse.from_archive import build_as_known
from flows.wording import counted, plural

_NAMED = 500
"""Values that are told one by one; how many there are in all is told beside them."""
_FILES_NAMED = 10


def changed(settings: Settings, before: Release, warehouse: Path, receipts: Sequence[Receipt]) -> dict[str, Any] | None:
    """What changed in registry and code since a release and which of its values that moved; None where nothing did.

    Args:
        warehouse: of today, which stands on these receipts.
    """
    manifest = before.manifest
    if (manifest["registry_sha256"], manifest["code"]["sha256"]) == (registry.checksum(), registry.code_checksum()):
        return None
    told: dict[str, Any] = {
        "since": before.release_id,
        "registry": [],
        "code": [],
        "code_was": manifest["code"]["version"],
        "moved_count": None,
        "tables": {},
        "moved": [],
    }
    if manifest["code"]["sha256"] != registry.code_checksum():
        told["code"] = _differing(manifest["code"].get("files"), registry.code_files())
    if not before.has_files:
        return told
    if manifest["registry_sha256"] != registry.checksum():
        told["registry"] = carried.registry_differences(before.file(carried.REGISTRY).parent)
    try:
        rebuilt = _of_then(settings, before, warehouse, receipts)
    except transform.TransformFailed as error:
        return told | {"not_told": str(error).splitlines()[0]}
    return told | moved(before, rebuilt, contents.declared(rebuilt))


def moved(before: Release, warehouse: Path, marts: Sequence[Mart]) -> dict[str, Any]:
    """The values of a release that a warehouse on the same receipts has otherwise."""
    found: list[dict[str, Any]] = []
    tables: dict[str, int] = {}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for mart in marts:
            if mart.has_trace_key and (files := before.parquet(mart.name)):
                count, named = _moved(con, files, mart, _NAMED - len(found))
                found += named
                tables |= {mart.name: count} if count else {}
    return {"moved_count": sum(tables.values()), "tables": tables, "moved": found}


def _moved(
    con: duckdb.DuckDBPyConnection, parquet: list[str], mart: Mart, named: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many values of a mart are others now, or of a row that came or went; and the first of them by their key."""
    con.execute(f"create or replace temp view is_now as {mart.select(f'marts.{mart.name}')}")
    files = ", ".join("'{}'".format(path.replace("'", "''")) for path in parquet)
    con.execute(f"create or replace temp view was_then as select * from read_parquet([{files}])")
    then, now = (con.sql(f"select * from {side} limit 0").columns for side in ("was_then", "is_now"))
    shared = [name for name in now if name in then and name != TRACE_KEY]
    values = ", ".join(f"{name}: {{side}}.{name}::varchar" for name in shared)
    sql = f"""
        create or replace temp table moved as
        with sides as (
            select
                coalesce(was_then.trace_key, is_now.trace_key) as trace_key,
                was_then.trace_key is not null as was_there,
                is_now.trace_key is not null as is_there,
                {{{values.format(side="was_then")}}} as was,
                {{{values.format(side="is_now")}}} as now
            from was_then full join is_now on was_then.trace_key = is_now.trace_key
        ),
        named as (
            select trace_key, was_there, is_there, unnest({shared!r}) as column_name,
                unnest([{", ".join(f"was.{name}" for name in shared)}]) as was,
                unnest([{", ".join(f"now.{name}" for name in shared)}]) as "is"
            from sides
        )
        select trace_key, column_name as column, was, "is" from named
        where was_there and is_there and was is distinct from "is"
        union all
        select trace_key, 'row', if(was_there, 'there', null), if(is_there, 'there', null) from sides
        where was_there <> is_there
    """
    con.execute(sql)
    ((count,),) = con.sql("select count(*) from moved").fetchall()
    answer = con.execute("select * from moved order by all limit ?", [named])
    columns = [name for name, *_ in answer.description or []]
    return count, [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def _of_then(settings: Settings, before: Release, warehouse: Path, receipts: Sequence[Receipt]) -> Path:
    """A warehouse by today's rules on what the release before stood on: that of today where nothing came in since."""
    of_then = {entry["submission_id"] for entry in before.manifest["submissions"]}
    withdrawn_then = {entry["submission_id"] for entry in before.manifest["withdrawals"]}
    known = archive.withdrawals(settings.archive, settings.plan)
    if {receipt.submission_id for receipt in receipts} == of_then and set(known) == withdrawn_then:
        return warehouse
    folder = settings.build / "by_new_rules"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rebuilt = folder / "warehouse.duckdb"
    then = [receipt for receipt in receipts if receipt.submission_id in of_then]
    withdrawn = {id_: withdrawal for id_, withdrawal in known.items() if id_ in withdrawn_then}
    build_as_known(settings, then, withdrawn, rebuilt, before.published_at)
    return rebuilt


def _differing(then: Mapping[str, str] | None, now: Mapping[str, str]) -> list[str]:
    """The files that differ; a release of before does not say which it was made with."""
    if then is None:
        return []
    return sorted(name for name in {*then, *now} if then.get(name) != now.get(name))


def words(told: Mapping[str, Any]) -> tuple[str, str]:
    """What changed in registry and code and what moved by it, in one sentence, in Dutch and in English."""
    registry_, code = told["registry"], told["code"]
    files = [*(f"seeds/{name}" for name in registry_), *code]
    named, more = ", ".join(files[:_FILES_NAMED]), len(files) - _FILES_NAMED
    nl = f"sinds uitgave {told['since']} wijzigde " + (named or "het register of de code")
    en = f"since release {told['since']} these changed: " + (named or "the registry or the code")
    if more > 0:
        nl += f" en nog {counted(more, 'bestand', 'bestanden', 'nl')}"
        en += f" and {counted(more, 'more file', 'more files', 'en')}"
    if told["moved_count"] is None:
        return f"{nl}; wat daardoor verschoof is niet bekend", f"{en}; what moved by it is not known"
    count = told["moved_count"]
    per_table = json.dumps(told["tables"])[1:-1].replace('"', "")
    moved_nl = plural(count, "verschoof 1 gepubliceerde waarde", f"verschoven {count} gepubliceerde waarden", "nl")
    moved_en = plural(count, "1 published value", f"{count} published values", "en")
    where = f" ({per_table})" if count else ""
    return f"{nl}; daardoor {moved_nl}{where}", f"{en}; {moved_en} moved by it{where}"
