"""The archive: which bytes and receipts it has, and what it says of those that are no longer what they were."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from flows.intake import archive
from flows.intake.archive import Receipt

PLAN = "veerkracht"
NOW = datetime(2022, 3, 9, 1, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def received(place: Path, name: str = "OMG.csv", said: bytes = b"x", at: datetime = NOW, to: str = "m1") -> Receipt:
    path = place.parent / name
    path.write_bytes(said)
    receipt = archive.receipt_for(path, PLAN, to, at)
    archive.keep(place, path, receipt)
    return receipt


def test_of_a_file_that_changes_meanwhile_nothing_is_kept(place: Path) -> None:
    place.mkdir()
    path = place.parent / "OMG.csv"
    path.write_bytes(b"x")
    receipt = archive.receipt_for(path, PLAN, "m1", NOW)
    path.write_bytes(b"y")
    with pytest.raises(OSError, match="changed while it was received"):
        archive.keep(place, path, receipt)
    assert list(place.iterdir()) == [] and not archive.is_received(place, receipt)


def test_other_bytes_heal_nothing_and_leave_what_is_damaged_as_it_lies(place: Path) -> None:
    receipt = received(place)
    content = archive.content_path(place, receipt.sha256)
    content.write_bytes(b"damaged")
    other = place.parent / "other"
    other.write_bytes(b"y")
    with pytest.raises(OSError, match="changed while it was received"):
        archive.heal(place, other, receipt.sha256)
    assert content.read_bytes() == b"damaged" and [path.name for path in content.parent.iterdir()].count("content") == 1
    assert sorted(path.name for path in content.parent.iterdir()) == ["content", "receipts"]
    archive.heal(place, place.parent / "OMG.csv", receipt.sha256)
    assert content.read_bytes() == b"x" and archive.is_whole(place, receipt.sha256)


@pytest.mark.parametrize("is_lower", [True, False])
def test_other_bytes_are_damage_whatever_their_checksum(place: Path, is_lower: bool) -> None:
    receipt = received(place)
    numbers = (str(number).encode() for number in range(1_000))
    other = next(said for said in numbers if (sha256(said).hexdigest() < receipt.sha256) == is_lower)
    sources = archive.sources(place, [receipt])
    archive.expect_whole(sources)
    archive.content_path(place, receipt.sha256).write_bytes(other)
    assert archive.damaged(sources) == [receipt] and not archive.is_whole(place, receipt.sha256)
    with pytest.raises(archive.Damaged) as told:
        archive.expect_whole(sources)
    assert f"OMG.csv (m1, ontvangen / received 09/03/2022 02:00, sha256 {receipt.sha256})" in str(told.value)
    archive.content_path(place, receipt.sha256).unlink()
    assert archive.damaged(sources) == [receipt]


def test_the_same_bytes_again_have_a_number_a_place_and_a_withdrawal_of_their_own(place: Path) -> None:
    first = received(place)
    again = replace(first, number=2, received_at=NOW + timedelta(days=1))
    archive.keep(place, place.parent / "OMG.csv", again)
    assert first.submission_id == f"{PLAN}-m1-{first.sha256[:12]}"
    assert again.submission_id == f"{first.submission_id}-2"
    assert archive.receipts(place, PLAN) == [first, again]
    archive.withdraw(place, again, again.received_at, "wrong", "who")
    assert list(archive.withdrawals(place, PLAN)) == [again.submission_id]
    said = json.loads((place / first.sha256 / "receipts" / f"{PLAN}__m1.json").read_text(encoding="utf-8"))
    assert "number" not in said, "as receipts were written before they had one"


def test_receipts_come_in_the_order_in_which_they_were_received(place: Path) -> None:
    late = received(place, "a.csv", b"a", NOW + timedelta(hours=1))
    second = received(place, "b.csv", b"b", NOW, "m2")
    same = [received(place, f"{name}.csv", name.encode(), NOW) for name in ("c", "d", "e")]
    assert archive.receipts(place, PLAN) == [*sorted(same, key=lambda r: r.sha256), second, late]
    assert archive.receipts(place, "pnrr") == [] and archive.has_receipts(place, PLAN)
    assert not archive.has_receipts(place, "pnrr")


def test_a_submission_is_withdrawn_once_and_not_before_it_came(place: Path) -> None:
    receipt, unread = received(place), received(place, "OV.csv", b"y")
    with pytest.raises(ValueError, match="is later ontvangen, op / was received later, on 09/03/2022 02:00"):
        archive.withdraw(place, receipt, NOW - timedelta(seconds=1), "wrong", "who")
    made = archive.withdraw(place, receipt, NOW, "wrong", "who")
    with pytest.raises(ValueError, match="is al ingetrokken / was withdrawn before"):
        archive.withdraw(place, receipt, NOW + timedelta(days=1), "wrong", "who")
    cannot = archive.withdraw(place, unread, NOW + timedelta(days=1), "cannot be read", "who", is_unread=True)
    assert not made.is_unread and archive.withdrawals(place, PLAN) == {
        withdrawal.submission_id: withdrawal for withdrawal in (made, cannot)
    }
    assert archive.receipts_to_read(place, PLAN) == [receipt], "of what was never read nothing is said"
    assert set(archive.receipts(place, PLAN)) == {receipt, unread}


def test_a_receipt_is_read_by_people_too(place: Path) -> None:
    receipt = received(place, "Coördinatie.csv")
    (path,) = place.glob("*/receipts/*.json")
    assert '"file_name": "Coördinatie.csv"' in path.read_text(encoding="utf-8")
    assert archive.receipts(place, PLAN) == [receipt]


@pytest.mark.parametrize("said", ["", "[]", "{}", "null", '{"received_at": "yesterday"}', '{"received_at": 3}', "\x00"])
@pytest.mark.parametrize("kind", ["receipts", "withdrawals"])
def test_what_cannot_be_read_is_named(place: Path, said: str, kind: str) -> None:
    receipt = received(place)
    archive.withdraw(place, receipt, NOW, "wrong", "who")
    (path,) = place.glob(f"*/{kind}/*.json")
    path.write_text(said.replace("received_at", "received_at" if kind == "receipts" else "withdrawn_at"))
    with pytest.raises(archive.Damaged, match=f"{path} is niet te lezen / cannot be read"):
        (archive.receipts if kind == "receipts" else archive.withdrawals)(place, PLAN)
    path.unlink()
    path.mkdir()
    with pytest.raises(archive.Damaged, match="IsADirectoryError"):
        (archive.receipts if kind == "receipts" else archive.withdrawals)(place, PLAN)


def test_a_receipt_of_other_bytes_is_told(place: Path) -> None:
    """One that was moved to the folder of another file."""
    receipt = received(place)
    (place / receipt.sha256).rename(place / ("0" * 64))
    with pytest.raises(archive.Damaged, match="is a receipt of other bytes"):
        archive.receipts(place, PLAN)
