"""Opening workbooks at arm's length: in a child process with limits of memory and time.

Here: XLSX and XLS -> rows of text, by asking a child (workbook_child.py). Not here: what the rows
mean (read.py). A 1.4 KB workbook can ask for 549 GB and end the process that opens it, which Python
cannot catch; so a child opens it, and if the child dies the file is named as unsafe and the night
goes on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Timer
from time import monotonic
from types import TracebackType
from typing import Any, Self

from data_contracts.problems import Unreadable

WALL_SECONDS = 120.0
# An ordinary month unpacks to about 11 times its size; a bomb to hundreds.
GREATEST_RATIO = 100
GREATEST_UNPACKED = 500 << 20
ONE_THREAD = {"POLARS_MAX_THREADS": "1"}
# Nothing of the environment is lent to the child but what Windows cannot start without.
NEEDED = ("SYSTEMROOT",)
CHILD = Path(__file__).with_name("workbook_child.py")

Rows = list[list[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet as text; rows[0][0] is cell A1. Places count from 0.

    `errors` are cells with an error of Excel's, `unfinished` formulas without a result, `unseen`
    cells that only one of two readers sees something in (row, column); `merged` are first row and
    column, last row and column. In a workbook with `date_1904` day 0 is 1 January 1904. A sheet
    without a name is a file of text.
    """

    name: str
    rows: Rows
    visible: bool = True
    errors: tuple[tuple[int, int], ...] = ()
    unfinished: tuple[tuple[int, int], ...] = ()
    unseen: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: tuple[int, ...] = ()
    date_1904: bool = False


class WorkbookError(Exception):
    """A workbook could not be opened; `reason` is a value for pages, not a sentence."""

    def __init__(self, reason: Unreadable) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ChildDiedError(Exception):
    """The child ended without an answer."""


class WorkbookReader:
    """One warm child that takes many workbooks, one after the other; a context manager."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._child: subprocess.Popen[str] | None = None
        self._folder = TemporaryDirectory(prefix="safecare-")
        self._turn = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
        self._folder.cleanup()

    def sheets(self, path: Path) -> list[Sheet]:
        """All sheets of a workbook. Raises WorkbookError.

        A child that dies may have died of an earlier file: the file in hand is tried once more,
        alone in a fresh child.
        """
        refuse_bombs(path)
        with self._turn:
            for _ in range(2):
                try:
                    return self._ask(path)
                except ChildDiedError:
                    self._end()
        raise WorkbookError(Unreadable.STOPPED)

    def _ask(self, path: Path) -> list[Sheet]:
        child = self._child = self._child or _fresh_child(self._folder.name)
        end, too_long = monotonic() + self._wall_seconds, Timer(self._wall_seconds, child.kill)
        too_long.start()
        answer = _exchange(child, path)
        too_long.cancel()
        if answer is None and monotonic() >= end:
            self._end()
            raise WorkbookError(Unreadable.TOOK_TOO_LONG)
        if answer is None:
            raise ChildDiedError
        if answer["reason"] is not None:
            raise WorkbookError(Unreadable(answer["reason"]))
        return [_sheet(told) for told in answer["sheets"]]

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def refuse_bombs(path: Path) -> None:
    """Look at a zip's own directory before anything is unpacked. Raises WorkbookError."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            packed = max(1, sum(part.compress_size for part in archive.infolist()))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise WorkbookError(Unreadable.DAMAGED) from error
    if unpacked > GREATEST_UNPACKED or unpacked > GREATEST_RATIO * packed:
        raise WorkbookError(Unreadable.TOO_BIG_INSIDE)


def _fresh_child(folder: str) -> subprocess.Popen[str]:
    # -I: neither the folder it runs in nor the environment can lend it other code.
    return subprocess.Popen(
        [sys.executable, "-I", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={name: os.environ[name] for name in NEEDED if name in os.environ} | ONE_THREAD,
        encoding="utf-8",
    )


def _exchange(child: subprocess.Popen[str], path: Path) -> dict[str, Any] | None:
    """What the child answers; None when it died."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(str(path.resolve())) + "\n")
        child.stdin.flush()
        line = child.stdout.readline()
    except OSError:
        return None
    return json.loads(line) if line.endswith("\n") else None


def _sheet(told: dict[str, Any]) -> Sheet:
    lists = ("errors", "unfinished", "unseen", "merged")
    places = {name: tuple(map(tuple, told[name])) for name in lists}
    return Sheet(**(told | places | {"hidden_rows": tuple(told["hidden_rows"])}))
