"""The night as a Prefect flow: every step of the runbook is a task, seen and logged as such."""

import os
from collections.abc import Callable
from typing import Any

from flows import homes, log, sights, summary
from flows.night import Night, runbook
from flows.settings import Settings
from flows.standing import Outcome

# Prefect reads these while it is imported: its own state under the home folder, no telemetry, time enough for a
# temporary server to start. A failure is told once, by the command line and the log of the run. What is set stays.
for _name, _value in {
    "PREFECT_HOME": str(Settings().home / "prefect"),
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
}.items():
    os.environ.setdefault(_name, _value)

from prefect import Flow, flow, task  # noqa: E402
from prefect.artifacts import create_markdown_artifact  # noqa: E402
from prefect.blocks.core import Block  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.schemas.objects import FlowRun, State  # noqa: E402
from prefect.states import Completed, Failed  # noqa: E402

SUMMARY = "night"
"""What the page of a night is called among the artifacts of its run."""


def as_task(step: Callable[..., Any], *arguments: Any) -> Any:
    """Run a step as a task."""
    return task(name=step.__name__, cache_policy=NO_CACHE, persist_result=False)(step)(*arguments)


def run_as_flow(night: Night) -> Outcome:
    """Run a night as a flow run, on the server that ``PREFECT_API_URL`` names or a temporary one."""

    ended: list[Outcome] = []

    @flow(name="nightly", flow_run_name=f"{night.now:%Y-%m-%d %H:%M}")
    def tonight() -> State[Any]:
        ended.append(runbook(night, as_task))
        _sum_up({night.settings.plan: ended[0]}, {})
        return _state({night.settings.plan: ended[0]})

    state = tonight(return_state=True)
    if not ended:
        state.result()  # raises what the night raised
    return ended[0]


def _state(ended: dict[str, Outcome]) -> State[Any]:
    """The state of a flow run: a night that was held is no completed one, and says why.

    It is of the type of a failed run, so that whoever is told of failures is told of it, and has a name of its own.
    """
    held = {plan: outcome for plan, outcome in ended.items() if outcome.verdict == "held"}
    if not held:
        return Completed(message=", ".join(f"{plan}: {outcome.verdict}" for plan, outcome in ended.items()))
    told = {plan: [" / ".join(filter(None, pair)) for pair in sights.why(outcome)] for plan, outcome in held.items()}
    return Failed(name="Held", message="; ".join(f"{plan}: {' '.join(reasons)}" for plan, reasons in told.items()))


def _sum_up(ended: dict[str, Outcome], failed: dict[str, Exception]) -> None:
    """Leave the page of the night with its run; that this failed is no failure of the night."""
    try:
        create_markdown_artifact(summary.of_night(ended, failed), key=SUMMARY)
    except Exception as error:
        log.event("not summed up", reason=str(error))


def tell_on_duty(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Tell whoever is on duty of a night that failed or was held, by the block that the server has under this name.

    Any notification block will do: a webhook, or apprise for e-mail and a hundred other ways. Without it nobody is told
    here, and the watchdog still is there; that telling failed is no failure of the night.
    """
    on_duty = Settings().on_duty
    try:
        block: Any = Block.load(on_duty)
    except ValueError:  # there is none
        return
    try:
        block.notify(body=f"{flow_run.name}: {state.name}: {state.message}", subject=f"Veerkracht: {state.name}")
    except Exception as error:
        log.event("not told", block=on_duty, reason=str(error))


@flow(name="nightly", on_failure=[tell_on_duty], on_crashed=[tell_on_duty])
def nightly(plan: str | None = None) -> State[Any]:
    """The night as `prefect.yaml` schedules it, of one plan or of every plan that has a home.

    A plan that fails does not stop the next one; the flow fails afterwards, with what each said. A plan that is held
    leaves the flow in the state Held, also on the nights after, until it is solved.
    """
    ended: dict[str, Outcome] = {}
    failed: dict[str, Exception] = {}
    for code in [plan] if plan else homes.every():
        try:
            ended[code] = runbook(Night(homes.of(code)), as_task)
        except Exception as error:  # its trace is in the log of the plan
            failed[code] = error
    _sum_up(ended, failed)
    if failed:
        raise RuntimeError("; ".join(f"{code}: {error}" for code, error in failed.items()))
    return _state(ended)
