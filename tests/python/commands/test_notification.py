"""Who is on duty is told of a scheduled night that failed or was held, by a block that the Prefect server has."""

from types import ModuleType
from typing import Any
from unittest.mock import Mock

import pytest

from flows.standing import Outcome


@pytest.fixture(scope="module")
def nightly() -> ModuleType:
    """Imported here, since Prefect takes seconds that every worker would spend before its first test."""
    from flows import nightly

    return nightly


@pytest.fixture
def held(nightly: ModuleType) -> Any:
    return nightly._state({"veerkracht": Outcome("held", reasons=["DQ16A: gedrukt 1, herrekend 2"])})


@pytest.fixture
def block(nightly: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Mock:
    found = Mock()
    monkeypatch.setattr(nightly.Block, "load", Mock(return_value=found))
    return found


def run() -> Any:
    from prefect.client.schemas.objects import FlowRun

    return FlowRun(flow_id="0" * 32, name="vannacht")


def test_a_night_that_was_held_or_failed_is_told_with_its_reason(nightly: ModuleType, held: Any, block: Mock) -> None:
    for state, said in ((held, "gedrukt 1"), (nightly.Failed(message="pnrr: no space"), "no space")):
        nightly.tell_on_duty(nightly.nightly, run(), state)
        assert said in block.notify.call_args.kwargs["body"]


def test_the_scheduled_night_tells(nightly: ModuleType, held: Any, block: Mock) -> None:
    """Held is a state of failure, so that one hook hears of both."""
    assert held.is_failed() and nightly.nightly.on_failure_hooks == nightly.nightly.on_crashed_hooks
    for hook in nightly.nightly.on_failure_hooks:
        hook(nightly.nightly, run(), held)
    assert block.notify.call_count == 1


def test_a_message_that_does_not_arrive_and_a_block_that_is_not_there_fail_no_night(
    nightly: ModuleType, held: Any, block: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    block.notify.side_effect = ConnectionError("nobody listens")
    nightly.tell_on_duty(nightly.nightly, run(), held)
    monkeypatch.setattr(nightly.Block, "load", Mock(side_effect=ValueError("no block custom-webhook/on-duty")))
    nightly.tell_on_duty(nightly.nightly, run(), held)
