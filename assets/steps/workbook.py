"""Opening workbooks at arm's length: in a child process with limits of memory and time.

Here: XLSX and XLS -> rows of text. Not here: what the rows mean (read.py). A 1.4 KB workbook can
ask for 549 GB and end the process that opens it, which Python cannot catch; so a child opens it,
and if the child dies the file is named as unsafe and the night goes on.
"""

from __future__ import annotations

import multiprocessing
import zipfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from data_contracts.problems import Unreadable

# Address space of the child: its libraries take about 1 GB of it before any file is opened.
MEMORY_LIMIT = 3 << 30
CPU_SECONDS = 60
WALL_SECONDS = 120.0
# An ordinary month unpacks to about 11 times its size; a bomb to hundreds.
GREATEST_RATIO = 100
GREATEST_UNPACKED = 500 << 20

Rows = list[list[str | None]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as text; rows[0] is row 1 of the workbook."""

    name: str
    rows: Rows


class WorkbookError(Exception):
    """A workbook could not be opened; `reason` is a value for pages, not a sentence."""

    def __init__(self, reason: Unreadable) -> None:
        super().__init__(reason.value)
        self.reason = reason


class WorkbookReader:
    """One warm child that takes many workbooks; a context manager."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def sheets(self, path: Path) -> list[Sheet]:
        """All sheets of a workbook. Raises WorkbookError.

        A child that dies may have died of an earlier file: the file in hand is tried once more,
        alone in a fresh child.
        """
        refuse_bombs(path)
        for _ in range(2):
            try:
                return self._ask(path)
            except BrokenProcessPool:
                self._end()
        raise WorkbookError(Unreadable.STOPPED)

    def _ask(self, path: Path) -> list[Sheet]:
        pool = self._pool = self._pool or _fresh_pool()
        answer = pool.submit(_read, str(path))
        try:
            reason, sheets = answer.result(timeout=self._wall_seconds)
        except TimeoutError:
            self._end()
            raise WorkbookError(Unreadable.TOOK_TOO_LONG) from None
        if reason is not None:
            raise WorkbookError(Unreadable(reason))
        return [Sheet(name, rows) for name, rows in sheets]

    def _end(self) -> None:
        if self._pool is not None:
            for child in list((self._pool._processes or {}).values()):
                child.kill()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def refuse_bombs(path: Path) -> None:
    """Look at a zip's own directory before anything is unpacked. Raises WorkbookError."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        packed = max(1, sum(part.compress_size for part in archive.infolist()))
    if unpacked > GREATEST_UNPACKED or unpacked > GREATEST_RATIO * packed:
        raise WorkbookError(Unreadable.TOO_BIG_INSIDE)


def _fresh_pool() -> ProcessPoolExecutor:
    # spawn: the child inherits nothing of the night's memory, files or locks.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=_limit)


def _limit() -> None:
    """Bound the child, where the system can (Windows has no resource module)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS * 10))


def _read(path: str) -> tuple[str | None, list[tuple[str, Rows]]]:
    """In the child: every sheet as rows of text, or the reason why not."""
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        return None, [(name, _rows(book, name)) for name in book.sheet_names]
    except fastexcel.FastExcelError as error:
        return _reason(str(error)).value, []


def _rows(book: object, name: str) -> Rows:
    sheet = book.load_sheet(  # type: ignore[attr-defined]
        name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=0
    )
    columns: Sequence[list[str | None]] = [
        column.to_list() for column in sheet.to_polars().get_columns()
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _reason(message: str) -> Unreadable:
    # The library tells a locked workbook from a damaged one only in its words.
    locked = "password" in message.lower() or "encrypted" in message.lower()
    return Unreadable.PASSWORD if locked else Unreadable.DAMAGED
