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
from uuid import uuid4

import dagster as dg

from assets.steps.night import Night
from assets.steps.publish import publish, refuse_earlier_day
from assets.steps.result import Verdict
from assets.workstream import STAGES
from data_contracts.problems import masked
from pipelines.definitions import build_definitions
from pipelines.jobs import NIGHTLY
from pipelines.resources import WAIT_SECONDS, NightError, Settings, close_orphans, one_night
from pipelines.sensors import failure_sentence, write_alert

EXIT_CODES = {Verdict.GOOD: 0, Verdict.NEEDS_STEWARD: 1, Verdict.NOTHING_PUBLISHED: 2}
# Our own errors say in one sentence what is wrong; of others the name helps to find them.
OURS = ("assets", "data_contracts", "pipelines", "reports")
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

    What fails, be it a step or opening the night, leaves the last publication in place, writes an
    alert into the lake and is NOTHING_PUBLISHED. Raises AlreadyRunningError when another night
    holds the lake for longer than `wait_seconds`, NoLakeError without a lake.
    """
    settings = Settings(
        lake_root=lake_root,
        contracts_folder=contracts_folder,
        today=today,
        wait_seconds=wait_seconds,
    )
    return _to_a_verdict(settings, lambda night: _whole_night(settings, night, told))


def publish_again(
    lake_root: Path,
    contracts_folder: Path | None = None,
    today: date | None = None,
    wait_seconds: float = WAIT_SECONDS,
    told: Told | None = None,
) -> Verdict:
    """Counts, detects, reports and publishes what was accepted before; nothing is received.

    Ends and raises as run_night.
    """
    settings = Settings(
        lake_root=lake_root,
        contracts_folder=contracts_folder,
        today=today,
        wait_seconds=wait_seconds,
    )
    return _to_a_verdict(settings, lambda night: _published_again(night, told))


def _to_a_verdict(settings: Settings, work: Callable[[Night], Verdict]) -> Verdict:
    """Open a night that may be of its day and do its work; whatever stops it is an alert.

    A night that cannot begin (NightError) has nothing to tell the lake.
    """
    try:
        with one_night(settings) as night:
            refuse_earlier_day(night)
            return work(night)
    except NightError:
        raise
    except Exception as error:
        write_alert(settings.lake.alerts, str(uuid4()), stopped(error))
        return Verdict.NOTHING_PUBLISHED


def stopped(error: Exception) -> str:
    """One sentence about what stopped a night outside of Dagster's steps, and what to do."""
    is_ours = type(error).__module__.partition(".")[0] in OURS
    said = f"{error}" if is_ours and str(error) else f"{type(error).__name__}: {error}"
    first = masked(said.strip().splitlines()[0][:300]).rstrip(".")
    return (
        f"The night stopped: {first}. "
        "Readers keep the last publication; mend the cause and run the night again."
    )


def _whole_night(settings: Settings, night: Night, told: Told | None) -> Verdict:
    with _instance() as instance:
        close_orphans(instance)
        return _verdict(night, settings, _executed(settings, night, instance, told))


def _published_again(night: Night, told: Told | None) -> Verdict:
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
