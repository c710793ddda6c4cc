"""What else starts a night or speaks up: new files in the inbox, and runs that failed.

Belongs here: "is anything due?" and one alert for each failure. Does not belong here: which file
is new or good; the lake's receipts decide that, and a night may be asked for once too often
without harm.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from assets.steps.take import waiting_files
from data_contracts.problems import masked
from pipelines.jobs import NIGHTLY
from pipelines.resources import Settings, is_night_running

INBOX_TAG = "safecare/inbox"
INTERVAL_SECONDS = 60
# A failed attempt is asked for again, but not all day: after that the schedule tries each night.
MAX_ATTEMPTS = 3
# The name of one of our own errors before its sentence; names of others help to find them.
OUR_ERROR = re.compile(r"^(assets|data_contracts|pipelines|reports)\.[\w.]+: ")
# What the operating system says, before the path or the two paths that it says it of.
OF_A_PATH = re.compile(r"(\[(?:Errno|WinError) \d+\] [^:]*): (.+)")
# So much of an error's first line is told.
LONGEST_CAUSE = 300
FAILED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def inbox_sensor(settings: Settings) -> dg.SensorDefinition:
    """Asks for a night when the inbox has changed and has then been still for one tick."""

    @dg.sensor(
        name="inbox",
        job_name=NIGHTLY,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks for a night as soon as files have arrived and are complete.",
    )
    def ask(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return asked(context, settings)

    return ask


def asked(context: dg.SensorEvaluationContext, settings: Settings) -> dg.RunRequest | dg.SkipReason:
    """One tick. The cursor holds the state seen last, only to tell whether files still grow."""
    files = waiting_files(settings.lake.inbox)
    if not files:
        return dg.SkipReason("The inbox is empty.")
    state = state_of(files)
    if context.cursor != state:
        context.update_cursor(state)
        return dg.SkipReason("Files are arriving; the next tick looks whether they are complete.")
    if is_night_running(settings.lake_root):
        return dg.SkipReason("A night is running.")
    return _request(state, failed_attempts(context.instance, state))


def state_of(files: Iterable[Path]) -> str:
    """A digest of names, sizes and times of files: different as soon as one of them changes.

    A file that is gone meanwhile says only its name; by the next tick the state is another one.
    """
    digest = hashlib.sha256()
    for path in files:
        known: list[str | int] = [path.parent.name, path.name]
        with suppress(FileNotFoundError):
            status = path.lstat()
            known += [status.st_size, status.st_mtime_ns]
        digest.update(json.dumps(known).encode())
    return digest.hexdigest()


def failed_attempts(instance: dg.DagsterInstance, state: str) -> int:
    """How many nights that this state of the inbox asked for did not reach their end."""
    return instance.get_runs_count(dg.RunsFilter(tags={INBOX_TAG: state}, statuses=FAILED))


def failure_sensor(settings: Settings) -> dg.SensorDefinition:
    """Writes one alert for each run of this code that failed, whoever started it."""

    @dg.run_failure_sensor(
        name="failures",
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes alerts/<run>.json in the lake: one sentence for the operator.",
    )
    def tell(context: dg.RunFailureSensorContext) -> None:
        steps = context.get_step_failure_events()
        sentence = failure_sentence([*steps, context.failure_event])
        context.log.error(sentence)
        write_alert(settings.lake.alerts, context.dagster_run.run_id, sentence)

    return tell


def failure_sentence(events: list[dg.DagsterEvent]) -> str:
    """What stopped a night, from its failure events (those of steps first)."""
    first = events[0]
    where = f" in {first.step_key.replace('__', '/')}" if first.step_key else ""
    return (
        f"The night stopped{where}: {_cause(first)} "
        "Readers keep the last publication; mend the cause and run the night again."
    )


def write_alert(folder: Path, run_id: str, sentence: str) -> Path:
    """Puts an alert beside the others, whole or not at all; the same run's replaces itself."""
    folder.mkdir(parents=True, exist_ok=True)
    alert = {"run": run_id, "at": datetime.now(UTC).isoformat(), "sentence": sentence}
    partial, path = folder / f".{run_id}.tmp", folder / f"{run_id}.json"
    partial.write_text(json.dumps(alert, ensure_ascii=False, indent=2), encoding="utf-8")
    partial.replace(path)
    return path


def _request(state: str, attempts: int) -> dg.RunRequest | dg.SkipReason:
    if attempts >= MAX_ATTEMPTS:
        return dg.SkipReason(f"{attempts} nights failed with these files; see the alerts.")
    return dg.RunRequest(run_key=f"{state}-{attempts}", tags={INBOX_TAG: state})


def _cause(event: dg.DagsterEvent) -> str:
    """The error's first line, ended like a sentence; it names nobody, since alerts are shown."""
    line = masked(_without_file_names(_reason(event).strip().splitlines()[0]))[:LONGEST_CAUSE]
    return line if line.endswith(".") else f"{line}."


def _without_file_names(line: str) -> str:
    """Of a path only the folder is told: files are named by senders, who may name patients.

    A name may hold anything but a slash, so what follows the last slash before an arrow is cut.
    """
    found = OF_A_PATH.search(line)
    if found is None:
        return line
    folder = found[2].partition(" -> ")[0].rpartition("/")[0].strip("'\"")
    return f"{line[: found.start()]}{found[1]}{f', in {folder}' if folder else ''}"


def _reason(event: dg.DagsterEvent) -> str:
    """What a step said when it gave up, or the error that nothing expected."""
    data = event.event_specific_data
    given = getattr(data, "user_failure_data", None)
    if given is not None and given.description:
        return str(given.description)
    error = getattr(data, "error", None)
    # Dagster's own error is outermost; the one below is what the step raised.
    error = error.cause if error is not None and error.cause is not None else error
    if error is None:
        return event.message or "No reason was given"
    return OUR_ERROR.sub("", str(error.message))
