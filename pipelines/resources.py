"""What a run holds while it works: the lake's lock and the context of one night.

Belongs here: one night at a time, whoever starts it, and what a night that died left in Dagster.
Does not belong here: anything a step knows (assets.steps.night).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
from filelock import FileLock, Timeout

from assets.steps.lake import Lake
from assets.steps.night import Night
from pipelines.jobs import NIGHTLY

LOCK_NAME = ".night.lock"
WAIT_SECONDS = 60.0
# Longer than a run may wait for the lock in silence: a run that is quiet for so long while
# somebody else holds the lock has no process any more.
SILENCE_SECONDS = 2 * WAIT_SECONDS
UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


class NightError(Exception):
    """A night could not begin; the message says why, in one sentence."""


class AlreadyRunningError(NightError):
    """Another process holds the lake's lock; nothing was touched."""


class NoLakeError(NightError):
    """The folder that should be the lake is not there; a mistyped path must not start a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which lake and contracts a night works on. `today` None is the clock's own date."""

    lake_root: Path
    contracts_folder: Path | None = None
    today: date | None = None
    wait_seconds: float = WAIT_SECONDS

    @property
    def lake(self) -> Lake:
        return Lake(self.lake_root)


@contextmanager
def one_night(settings: Settings) -> Iterator[Night]:
    """Opens a night under the lake's lock.

    The operating system frees the lock of a process that dies. Raises AlreadyRunningError after
    `wait_seconds`, NoLakeError for a folder that does not exist.
    """
    with locked(settings.lake_root, settings.wait_seconds):
        yield Night.open(settings.lake_root, settings.contracts_folder, settings.today)


@contextmanager
def locked(lake_root: Path, wait_seconds: float) -> Iterator[None]:
    """Holds the lake's lock. Raises AlreadyRunningError, NoLakeError."""
    if not lake_root.is_dir():
        raise NoLakeError(f"There is no lake at {lake_root}.")
    lock = FileLock(lake_root / LOCK_NAME)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise AlreadyRunningError(f"A night is already running on {lake_root}.") from error
    try:
        yield
    finally:
        lock.release()


def is_night_running(lake_root: Path) -> bool:
    """Whether some process works on the lake at this moment."""
    try:
        with locked(lake_root, wait_seconds=0):
            return False
    except AlreadyRunningError:
        return True


def night_resource(settings: Settings) -> dg.ResourceDefinition:
    """The night as Dagster's steps ask for it: opened once for each run, closed at its end."""

    @dg.resource(description=f"One night on the lake {settings.lake_root}")
    @contextmanager
    def night(context: dg.InitResourceContext) -> Iterator[Night]:
        with one_night(settings) as opened:
            if context.instance is not None:
                close_orphans(context.instance, but=context.run.run_id if context.run else None)
            yield opened

    return night


def close_orphans(instance: dg.DagsterInstance, but: str | None = None) -> list[str]:
    """Ends, as failed, the nights whose process is gone; the caller must hold the lake's lock.

    Returns their run ids. `but` is the caller's own run.
    """
    unfinished = instance.get_runs(dg.RunsFilter(job_name=NIGHTLY, statuses=UNFINISHED))
    orphans = [run for run in unfinished if run.run_id != but and _is_silent(instance, run.run_id)]
    for run in orphans:
        instance.report_run_failed(run, "The process of this night ended without a word.")
    return [run.run_id for run in orphans]


def _is_silent(instance: dg.DagsterInstance, run_id: str) -> bool:
    newest = instance.get_records_for_run(run_id, limit=1, ascending=False).records
    now = datetime.now(UTC).timestamp()
    return not newest or now - newest[0].timestamp > SILENCE_SECONDS
