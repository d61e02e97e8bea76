"""A night of which Spark makes the models: the runbook as it stands, but for one step.

What Spark made is taken over by dbt, under the contracts, promises and tests of every night; the gates, the answers and
the release go on from there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import night, profile
from flows.settings import Settings
from flows.spark import engine, handover
from flows.standing import Outcome
from flows.warehouse import transform

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def run(spark: "SparkSession", settings: Settings, folder: Path, told: Callable[[dict[str, Any]], None]) -> Outcome:
    """One night of a plan, from its inbox to a release.

    Args:
        folder: a new one, for what is handed over and what is made of it.
        told: what each model has cost.

    Raises:
        AnotherNight: when another one is running.
    """

    def step(of_the_runbook: Callable[..., Any], *arguments: Any) -> Any:
        if of_the_runbook is night.build:
            return _build(spark, settings, folder, told)
        return night.call(of_the_runbook, *arguments)

    return night.runbook(night.Night(settings), step)


def _build(spark: "SparkSession", settings: Settings, folder: Path, told: Callable[[dict[str, Any]], None]) -> None:
    """`night.build`, of what Spark makes of the warehouse that was loaded."""
    before = night.known_before(settings)
    handover.write(settings, settings.warehouse, folder, known_before=before)
    made = folder / engine.MADE
    took: dict[str, float] = {}

    def keep(cost: dict[str, Any]) -> None:
        took[cost["model"]] = cost["seconds"]
        told(cost)

    engine.build(spark, folder, made, settings.memory_beside(settings.warehouse), keep)
    transform.build(settings.warehouse, transform.WAREHOUSE, settings.plan, known_before=before, made_in=made)
    profile.built(took, engine="Spark")
