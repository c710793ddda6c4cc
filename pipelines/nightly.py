"""A whole night from the command line: the same job, in this process, with a verdict at its end.

Belongs here: running once and saying how it ended. Does not belong here: when to run (schedules,
sensors), deciding on the verdict (assets.steps.publish), arguments and wording (cli).

Dagster needs no home for it. Where DAGSTER_HOME is set the run is recorded there and seen in the
web interface; otherwise it is recorded nowhere but in the lake.
"""

import itertools
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TypeAlias

import dagster as dg

from assets.steps.night import Night
from assets.steps.publish import publish
from assets.steps.result import Verdict
from assets.workstream import STAGES
from pipelines.definitions import build_definitions
from pipelines.jobs import NIGHTLY
from pipelines.resources import WAIT_SECONDS, Settings, close_orphans, one_night
from pipelines.sensors import failure_sentence, write_alert

EXIT_CODES = {Verdict.GOOD: 0, Verdict.NEEDS_STEWARD: 1, Verdict.NOTHING_PUBLISHED: 2}
# Dagster's own lines for each event would bury what the operator should read.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


# Told after each step: its name, how many are done, how many there are.
Told: TypeAlias = Callable[[str, int, int], None]


def run_night(
    lake_root: Path,
    contracts_folder: Path | None = None,
    today: date | None = None,
    wait_seconds: float = WAIT_SECONDS,
    told: Told | None = None,
) -> Verdict:
    """Receives, checks, counts, detects, reports and publishes; returns what came of it.

    A step that fails leaves the last publication in place, writes an alert into the lake and is
    NOTHING_PUBLISHED. Raises AlreadyRunningError when another night holds the lake for longer than
    `wait_seconds`, NoLakeError without a lake, ContractError for an unusable contract.
    """
    settings = Settings(
        lake_root=lake_root,
        contracts_folder=contracts_folder,
        today=today,
        wait_seconds=wait_seconds,
    )
    with one_night(settings) as night, _instance() as instance:
        close_orphans(instance)
        return _verdict(night, settings, _executed(settings, night, instance, told))


def publish_again(
    lake_root: Path,
    contracts_folder: Path | None = None,
    today: date | None = None,
    told: Told | None = None,
) -> Verdict:
    """Counts, detects, reports and publishes what was accepted before; nothing is received.

    Raises as run_night, and whatever stops a step.
    """
    settings = Settings(lake_root=lake_root, contracts_folder=contracts_folder, today=today)
    with one_night(settings) as night:
        steps = [(stage, contract) for contract in night.contracts for stage in STAGES[2:]]
        for done, (stage, contract) in enumerate(steps, start=1):
            stage.step(night, contract)
            if told:
                told(f"{contract.workstream}/{stage.name}", done, len(steps) + 1)
        publish(night)
        return _recorded(night)


def _instance() -> AbstractContextManager[dg.DagsterInstance]:
    return dg.DagsterInstance.get() if _is_recorded() else dg.DagsterInstance.ephemeral()


def _is_recorded() -> bool:
    return bool(os.environ.get("DAGSTER_HOME"))


def _executed(
    settings: Settings, night: Night, instance: dg.DagsterInstance, told: Told | None
) -> dg.ExecuteInProcessResult:
    definitions = build_definitions(
        night.contracts,
        settings.lake_root,
        contracts_folder=settings.contracts_folder,
        today=settings.today,
        recorded=_is_recorded(),
    )
    job = definitions.resolve_job_def(NIGHTLY)
    if told is not None:
        job = job.with_hooks({_teller(told, len(job.nodes))})
    # The night is opened already, under the lock that this process holds.
    return job.execute_in_process(
        run_config=QUIET, instance=instance, resources={"night": night}, raise_on_error=False
    )


def _teller(told: Told, total: int) -> dg.HookDefinition:
    """Counts the steps that succeeded: this process is the only one that runs them."""
    done = itertools.count(1)

    @dg.success_hook
    def tell(context: dg.HookContext) -> None:
        told(context.op.name.replace("__", "/"), next(done), total)

    return tell


def _verdict(night: Night, settings: Settings, result: dg.ExecuteInProcessResult) -> Verdict:
    """What the night's own record says; a night that stopped has published nothing."""
    if result.success:
        return _recorded(night)
    failures = [event for event in result.all_events if event.is_failure]
    write_alert(settings.lake.alerts, result.run_id, failure_sentence(failures))
    return Verdict.NOTHING_PUBLISHED


def _recorded(night: Night) -> Verdict:
    """The verdict that the publishing step wrote down."""
    return Verdict(json.loads(night.record.read_text(encoding="utf-8"))["verdict"])
