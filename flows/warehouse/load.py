"""Load: from the archive to the raw tables of a fresh DuckDB file."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from flows import registry
from flows.intake import archive, stated
from flows.intake.archive import Receipt, Withdrawal
from flows.intake.parse import ROWS
from flows.intake.reading import READING_FAILED, Job, NotRead, parse_all
from flows.settings import PROJECT, Settings
from flows.warehouse import registry_rows

_TABLES = """
    create schema raw;
    create table raw.submission (
        submission_id varchar, plan_code varchar, meetmoment_code varchar, sha256 varchar, file_name varchar,
        byte_count bigint, series varchar, declared_version integer, declared_order integer, received_at timestamp,
        withdrawn_at timestamp, withdrawn_by varchar, withdrawal_reason varchar
    );
    create table raw.sheet (submission_id varchar, sheet varchar, layout_code varchar, row_count integer);
    create table raw.header (submission_id varchar, sheet varchar, column_number integer, header varchar);
    create table raw.row (
        submission_id varchar, sheet varchar, row_number integer, texts varchar[], kinds varchar
    );
    create table raw.refusal (
        submission_id varchar, rule_id varchar, sheet varchar, row_number integer, column_number integer,
        column_name varchar, received_value varchar, expected varchar
    );
"""

_NO_LIMITS = {
    *("home", "plan", "cache", "signing_key", "trusted_keys", "keep_releases", "threads", "memory_limit"),
    *("spill", "max_night_files", "max_night_mb", "max_marked_mb", "on_duty"),
}
"""Settings that change nothing of what is read from a file."""
_WHOLE = b"PAR1"
"""How a Parquet file ends that was written to its end."""


class ReadingFailed(RuntimeError):
    """Submissions of which nothing is known tonight, with what to do when it is so every night."""

    def __init__(self, ends: Mapping[Receipt, str]) -> None:
        told = "; ".join(f"{archive.told(receipt)}: {end}" for receipt, end in ends.items())
        commands = ", ".join(f"veerkracht withdraw {receipt.submission_id} --reason ..." for receipt in ends)
        super().__init__(
            f"{READING_FAILED}: {told}. Er is niets van beoordeeld, en de volgende nacht leest ze opnieuw. Is het elke "
            "nacht zo, trek dan in wat mislukt; het bestand blijft in het archief, en de nachten gaan zonder door"
            " / Nothing of them was judged, and the next night reads them again. Where it is so every night, withdraw "
            f"what fails; the file stays in the archive, and the nights go on without it: {commands}"
        )


def load(
    settings: Settings,
    sources: Mapping[Receipt, Path],
    warehouse: Path,
    withdrawals: Mapping[str, Withdrawal],
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Make ``warehouse`` anew: the registry, and the raw schema holding these receipts, read as text.

    Args:
        sources: what to load, and where its bytes are.
        warehouse: the file to make; an older one is removed.
        withdrawals: what was withdrawn, by submission id.
        on_done: told (files read, files to read) as the reading goes on.

    Raises:
        archive.Damaged: when the bytes of a receipt are no longer those that were received.
        ReadingFailed: naming each submission that could not be read.
    """
    archive.expect_whole(sources)
    folders = parsed_folders(settings, sources)
    unread = sorted(
        {
            (sources[r], r.plan_code, folder, registry.cutoff_date(r.plan_code, r.meetmoment_code))
            for r, folder in folders.items()
            if not is_read(folder)
        }
    )
    count = 0

    def one_done(job: Job) -> None:
        nonlocal count
        count += 1
        on_done(count, len(unread))

    try:
        parse_all([Job(*job) for job in unread], settings, one_done)
    except NotRead as failed:
        ends = {job.target: end for job, end in failed.ends.items()}
        raise ReadingFailed({r: ends[folder] for r, folder in folders.items() if folder in ends}) from failed
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        leftover.unlink(missing_ok=True)
    shutil.copyfile(registry_rows.database(settings), warehouse)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("set autoinstall_known_extensions = false; set autoload_known_extensions = false")
        con.execute(_TABLES)
        _insert_submissions(con, list(sources), withdrawals)
        _insert_parsed(con, folders)


def parsed_folders(settings: Settings, receipts: Iterable[Receipt]) -> dict[Receipt, Path]:
    """Where the text rows of each file are kept between runs; the name changes with whatever could change them."""
    of_all = hashlib.sha256()
    for path in (
        *sorted(PROJECT.glob("flows/intake/*.py")),
        PROJECT / "flows/personal_data.py",
        *sorted(registry.SEEDS.glob("contract/*.csv")),
        *sorted(registry.SEEDS.glob("layouts/*.csv")),
    ):
        of_all.update(path.read_bytes())
    of_all.update(settings.model_dump_json(exclude=_NO_LIMITS).encode())
    folders = {}
    for receipt in receipts:
        digest = of_all.copy()
        # Which layouts apply depends on the meetmoment.
        valid = registry.layouts(receipt.plan_code, registry.cutoff_date(receipt.plan_code, receipt.meetmoment_code))
        digest.update(" ".join(layout.code for layout in valid).encode())
        name = f"{receipt.sha256}-{receipt.plan_code}-{digest.hexdigest()[:12]}"
        folders[receipt] = settings.build / "parsed" / name
    return folders


def is_read(folder: Path) -> bool:
    """Whether its rows are there whole: what was torn when the machine stopped is read again."""
    try:
        if not json.loads((folder / "parsed.json").read_text(encoding="utf-8"))["sheets"]:
            return True
        with (folder / ROWS).open("rb") as rows:
            rows.seek(-len(_WHOLE), os.SEEK_END)
            return rows.read() == _WHOLE
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _insert_submissions(
    con: duckdb.DuckDBPyConnection, receipts: Sequence[Receipt], withdrawals: Mapping[str, Withdrawal]
) -> None:
    if receipts:
        con.executemany(
            "insert into raw.submission values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    r.submission_id,
                    r.plan_code,
                    r.meetmoment_code,
                    r.sha256,
                    r.file_name,
                    r.byte_count,
                    r.series,
                    r.declared_version,
                    r.declared_order,
                    r.received_at.replace(tzinfo=None),
                    *_withdrawal_columns(withdrawals.get(r.submission_id)),
                )
                for r in receipts
            ],
        )


def _withdrawal_columns(withdrawal: Withdrawal | None) -> tuple[object, ...]:
    if withdrawal is None:
        return (None, None, None)
    return (withdrawal.withdrawn_at.replace(tzinfo=None), withdrawal.role, withdrawal.reason)


def _insert_parsed(con: duckdb.DuckDBPyConnection, folders: dict[Receipt, Path]) -> None:
    sheets: list[tuple[object, ...]] = []
    headers: list[tuple[object, ...]] = []
    refusals: list[tuple[object, ...]] = []
    files: list[tuple[str, str]] = []
    for receipt, folder in folders.items():
        parsed = json.loads((folder / "parsed.json").read_text(encoding="utf-8"))
        sub = receipt.submission_id
        for sheet in parsed["sheets"]:
            sheets.append((sub, sheet["sheet"], sheet["layout_code"], sheet["row_count"]))
            headers += [(sub, sheet["sheet"], n, h) for n, h in enumerate(sheet["headers"], start=1) if h]
        refusals += [
            (
                sub,
                *(
                    r[k]
                    for k in ("rule_id", "sheet", "row_number", "column_number", "column_name", "value", "expected")
                ),
            )
            for r in parsed["refusals"]
        ]
        refusals += [
            (sub, rule_id, None, None, None, None, said, receipt.meetmoment_code)
            for rule_id, said in stated.refusals(receipt, parsed["meetmomenten"])
        ]
        if parsed["sheets"]:
            files.append((sub, str(folder / ROWS)))
    for table, rows in (("sheet", sheets), ("header", headers), ("refusal", refusals)):
        _insert(con, table, rows)
    if files:
        con.register("files", pa.table({"submission_id": [f[0] for f in files], "filename": [f[1] for f in files]}))
        con.execute(
            """
            insert into raw.row
            select files.submission_id, rows.sheet, rows.row_number, rows.texts, rows.kinds
            from read_parquet(?, filename = true) as rows
            inner join files on rows.filename = files.filename
            """,
            [sorted({path for _, path in files})],
        )
        con.unregister("files")


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        columns = [name for (name, *_) in con.sql(f"describe raw.{table}").fetchall()]
        arrays = [pa.array(values) for values in zip(*rows, strict=True)]
        con.register("loaded", pa.table(arrays, names=columns))
        con.execute(f"insert into raw.{table} select * from loaded")
        con.unregister("loaded")
