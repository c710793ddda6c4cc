"""What the inbox sensor asks a night for: exactly the files that a night would take."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from assets.steps.night import Night
from assets.steps.receive import receive_files
from pipelines.sensors import waiting_files

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
