"""The schedule as it runs: a Prefect server and a worker of it, on this machine alone, and three nights on them."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from kept_homes import put
from small_plan import REFUSED, write_small_returns

from demo import Delivery
from flows import summary
from flows.intake import archive
from flows.settings import PROJECT, Settings
from flows.standing import Outcome

PREFECT = Path(sys.executable).with_name("prefect")
PATIENCE = 600
"""Seconds that a run, or the server, may take on a busy machine."""
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


def test_the_summary_of_a_night_says_how_each_plan_ended_and_what_to_do() -> None:
    held = Outcome("held", rejected=["[OV](http://x) | <b>.xlsx"], received=["a"])
    said = summary.of_night(
        {"veerkracht": Outcome("published", "2026-11-27.1", received=["a", "b"]), "pnrr": held},
        {"rivieren": OSError(28, "No space left on device")},
    )
    assert r"| veerkracht | gepubliceerd / published | 2026\-11\-27\.1 | 2 | 0 |" in said
    assert "| pnrr | tegengehouden / held |  | 1 | 0 |" in said and "| rivieren | mislukt / failed |" in said
    assert "held\\-all\\-refused" in said and "full\\-disk" in said
    assert r"geweigerd: \[OV\]\(http://x\) \| \<b\>\.xlsx" in said, "the name of a file is no link, column or mark"


@dataclass(frozen=True)
class Scheduled:
    """A server that knows the deployment of `prefect.yaml`."""

    environment: dict[str, str]
    api: httpx.Client

    @property
    def deployment(self) -> dict[str, Any]:
        return self._answer(self.api.get("/deployments/name/nightly/nightly"))

    def runs(self, count: int) -> list[dict[str, Any]]:
        """So many runs, asked for at once and carried out by a worker; each as it ended, in the order they began."""
        ask = f"/deployments/{self.deployment['id']}/create_flow_run"
        ids = [self._answer(self.api.post(ask, json={"state": {"type": "SCHEDULED"}}))["id"] for _ in range(count)]
        with running([str(PREFECT), "worker", "start", "--pool", "local"], self.environment):
            ended = [self._when_ended(run) for run in ids]
        return sorted(ended, key=lambda run: str(run["start_time"]))

    def summary(self, run: dict[str, Any]) -> str:
        """The artifact of a run."""
        from flows import nightly  # with Prefect, which takes seconds, and only slow tests ask

        wanted = {"artifacts": {"key": {"any_": [nightly.SUMMARY]}, "flow_run_id": {"any_": [run["id"]]}}}
        (artifact,) = self._answer(self.api.post("/artifacts/filter", json=wanted))
        return str(artifact["data"])

    def _when_ended(self, run_id: str) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            run = self._answer(self.api.get(f"/flow_runs/{run_id}"))
            return run if run["state"]["type"] in ENDED else None

        found: dict[str, Any] = waited_for(ended)
        return found

    def _answer(self, response: httpx.Response) -> Any:
        response.raise_for_status()
        return response.json()


def waited_for(asked: Callable[[], Any]) -> Any:
    """What is asked, once it is there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := asked():
            return found
        time.sleep(0.5)
    raise TimeoutError(f"not there after {PATIENCE} seconds")


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """A program beside the test."""
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:  # a worker that was told to end while it asks for work may not hear it
                process.kill()


def free_port() -> int:
    """A port of this machine alone."""
    try:
        with socket.socket() as asked:
            asked.bind(("127.0.0.1", 0))
            return int(asked.getsockname()[1])
    except OSError as error:
        pytest.skip(f"this machine lets no port be bound, so that no Prefect server can be tried: {error}")


@pytest.fixture
def scheduled(tmp_path: Path) -> Iterator[Scheduled]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "VEERKRACHT_HOME": str(tmp_path / "home"),
        "PWD": str(PROJECT),
    }
    server = [str(PREFECT), "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with running(server, environment), httpx.Client(base_url=environment["PREFECT_API_URL"]) as api:

        def is_up() -> bool:
            try:
                return api.get("/health").is_success
            except httpx.TransportError:
                return False

        waited_for(is_up)
        # The commands of docs/runbook.md.
        for words in (("work-pool", "create", "local", "--type", "process"), ("--no-prompt", "deploy", "--all")):
            subprocess.run([str(PREFECT), *words], cwd=PROJECT, env=environment, check=True, capture_output=True)
        yield Scheduled(environment, api)


@pytest.mark.slow
def test_nights_on_a_real_server_and_worker(scheduled: Scheduled, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    deployment = scheduled.deployment
    (schedule,) = deployment["schedules"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("17 2 * * *", "Europe/Brussels")
    assert schedule["active"] and deployment["global_concurrency_limit"]["limit"] == 1

    first, *_, last = write_small_returns(tmp_path / "returns")
    for delivery in first.deliveries:
        deliver(settings, delivery)
    published, quiet = scheduled.runs(2)
    assert [run["state"]["name"] for run in (published, quiet)] == ["Completed", "Completed"]
    assert published["end_time"] <= quiet["start_time"], "two runs that are asked for at once do not overlap"
    assert (published["state"]["message"], quiet["state"]["message"]) == (
        "veerkracht: published",
        "veerkracht: nothing_new",
    )
    assert "gepubliceerd / published" in scheduled.summary(published) and settings.current.is_symlink()

    domain, meting = REFUSED
    wrong, right = (d for d in last.deliveries if d.path.name.startswith(f"{domain}_return_m{meting}"))
    deliver(settings, wrong)
    (held,) = scheduled.runs(1)
    assert (held["state"]["type"], held["state"]["name"]) == ("FAILED", "Held"), "whoever hears of failures hears of it"
    assert wrong.path.name in held["state"]["message"] and "tegengehouden / held" in scheduled.summary(held)

    shutil.rmtree(settings.inbox)  # nothing to heal the archive from
    deliver(settings, right)
    receipt = archive.receipts(settings.archive, settings.plan)[0]
    archive.content_path(settings.archive, receipt.sha256).write_bytes(b"")
    (failed,) = scheduled.runs(1)
    assert (failed["state"]["type"], failed["state"]["name"]) == ("FAILED", "Failed")
    assert receipt.sha256 in failed["state"]["message"] and "mislukt / failed" in scheduled.summary(failed)


def deliver(settings: Settings, delivery: Delivery) -> None:
    put(settings, delivery.path, delivery.plan_code, delivery.meetmoment_code)
