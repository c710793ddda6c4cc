"""What the sensors see and say: exactly the files that a night would take, and nobody's name."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from assets.steps.night import Night
from assets.steps.receive import receive_files
from assets.steps.take import InboxError
from pipelines.cli import _tell_left
from pipelines.sensors import failure_sentence, state_of, waiting_files

UNFINISHED = ("a.csv.part", "a.csv.filepart", "a.CSV.TMP", "a.csv.crdownload", ".a.csv", "~$a.xlsx")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night.open(tmp_path / "lake", today=date(2024, 4, 20))


def test_the_sensor_sees_what_a_night_takes(night: Night, tmp_path: Path) -> None:
    """Whatever it saw besides would start a night every minute for nothing."""
    folder = night.lake.inbox / "7A4"
    folder.mkdir()
    for name in (*UNFINISHED, "b.csv", "a.csv"):
        (folder / name).write_bytes(b"x,y\n1,2\n")
    outside = tmp_path / "outside.csv"
    outside.write_bytes(b"x,y\n1,2\n")
    os.link(outside, folder / "linked.csv")
    (folder / "pointed.csv").symlink_to(outside)
    (folder / "lost.csv").symlink_to(tmp_path / "nowhere.csv")
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    (night.lake.inbox / "loose.csv").write_bytes(b"x,y\n1,2\n")
    (night.lake.inbox / "7A1").symlink_to(folder)

    seen = waiting_files(night.lake.inbox)

    assert seen == [folder / "a.csv", folder / "b.csv"]
    assert receive_files(night, settled=True).rows == len(seen)
    assert waiting_files(night.lake.inbox) == []


def test_an_inbox_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert waiting_files(tmp_path / "inbox") == []


def test_a_file_that_is_gone_when_the_sensor_looks_changes_the_state(night: Night) -> None:
    path = night.lake.inbox / "7A4" / "a.csv"
    path.parent.mkdir()
    path.write_bytes(b"x,y\n")
    seen = waiting_files(night.lake.inbox)
    before = state_of(seen)
    path.unlink()
    assert state_of(seen) not in (before, state_of([]))


END = "Readers keep the last publication; mend the cause and run the night again."
# The range 999 is given to nobody.
NAME = "/lake/inbox/7A4/7A4_999 000 0018 J Smith -> 'x'.csv"


def told(error: Exception) -> str:
    """What the alert says of a step that raised an error."""

    @dg.op(name="inbox")
    def fails() -> None:
        raise error

    @dg.job
    def night() -> None:
        fails()

    result = night.execute_in_process(
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    return failure_sentence([event for event in result.all_events if event.is_failure])


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (
            FileNotFoundError(2, "No such file or directory", NAME),
            "FileNotFoundError: [Errno 2] No such file or directory, in /lake/inbox/7A4.",
        ),
        (
            PermissionError(13, "Permission denied", NAME, None, "/lake/x/J Smith.csv"),
            "PermissionError: [Errno 13] Permission denied, in /lake/inbox/7A4.",
        ),
        (FileNotFoundError(2, "No such file", "J Smith.csv"),
         "FileNotFoundError: [Errno 2] No such file."),
        (OSError(28, "No space left on device"), "OSError: [Errno 28] No space left on device."),
        (ValueError("row of 999 000 0018"), "••••••••••: ••• •• ••• ••• ••••."),
        (InboxError("A file cannot be moved in the inbox: Permission denied."),
         "A file cannot be moved in the inbox: Permission denied."),
    ],
)  # fmt: skip
def test_an_alert_names_no_file_of_a_sender_and_nobody(error: Exception, cause: str) -> None:
    assert told(error) == f"The night stopped in inbox: {cause} {END}"


def test_the_command_line_counts_what_is_left_as_dagster_does_and_names_nobody(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = night.lake.inbox / "7A4"
    (folder / "deeper").mkdir(parents=True)
    (folder / "999 000 0018.csv.part").write_bytes(b"x")
    (folder / "deeper" / "a.csv").write_bytes(b"x")
    (night.lake.inbox / "loose.csv").write_bytes(b"x")
    left = receive_files(night, settled=True).metadata["left"]
    _tell_left(night.lake.inbox)
    lines = capsys.readouterr().out.splitlines()
    assert (left, [line.rpartition(": ")[2] for line in lines]) == (
        3, ["7A4/••• ••• ••••.•••.••••", "7A4/deeper/a.csv", "loose.csv"],
    )  # fmt: skip


def test_the_command_line_says_how_many_more_are_left(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(14):
        (night.lake.inbox / f"loose{number:02}.csv").write_bytes(b"x")
    _tell_left(night.lake.inbox)
    assert capsys.readouterr().out.splitlines()[-1] == f"... and 2 more in {night.lake.inbox}."
