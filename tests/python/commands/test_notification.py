"""Who is on duty is told of a scheduled night that failed or was held, by a block that the Prefect server has."""

from typing import Any
from unittest.mock import Mock

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Failed

from flows import nightly
from flows.standing import Outcome

HELD = nightly._state({"veerkracht": Outcome("held", reasons=["DQ16A: gedrukt 1, herrekend 2"])})


@pytest.fixture
def block(monkeypatch: pytest.MonkeyPatch) -> Mock:
    found = Mock()
    monkeypatch.setattr(nightly.Block, "load", Mock(return_value=found))
    return found


def tell(state: Any) -> None:
    nightly.tell_on_duty(nightly.nightly, FlowRun(flow_id="0" * 32, name="vannacht"), state)


@pytest.mark.parametrize(("state", "said"), [(HELD, "gedrukt 1"), (Failed(message="pnrr: no space"), "no space")])
def test_a_night_that_was_held_or_failed_is_told_with_its_reason(block: Mock, state: Any, said: str) -> None:
    tell(state)
    assert said in block.notify.call_args.kwargs["body"]


def test_the_scheduled_night_tells(block: Mock) -> None:
    """Held is a state of failure, so that one hook hears of both."""
    assert HELD.is_failed() and nightly.nightly.on_failure_hooks == nightly.nightly.on_crashed_hooks
    for hook in nightly.nightly.on_failure_hooks:
        hook(nightly.nightly, FlowRun(flow_id="0" * 32, name="vannacht"), HELD)
    assert block.notify.call_count == 1


def test_a_message_that_does_not_arrive_and_a_block_that_is_not_there_fail_no_night(
    block: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    block.notify.side_effect = ConnectionError("nobody listens")
    tell(HELD)
    monkeypatch.setattr(nightly.Block, "load", Mock(side_effect=ValueError("no block custom-webhook/on-duty")))
    tell(HELD)
