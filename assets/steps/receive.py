"""Step 1. Files leave the inbox, become received folders and are read as text.

A file is taken only when it is an ordinary file that has settled, is copied byte for byte, named by
its time and digest, and removed from the inbox last: a crash between any two lines leaves it in the
inbox or in `received`, never in neither. How a file is read is read.py's business, whether its rows
are right check.py's.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import time as clock
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from assets.steps.lake import Lake, digest_of_file, folder_made
from assets.steps.night import Night
from assets.steps.read import Reading, parsed_name, read
from assets.steps.result import StepResult
from assets.steps.submissions import (
    PROBLEMS,
    READING,
    Received,
    original_in,
    outcome_of,
    placed,
    plain_receipt,
    read_received,
    reading_facts,
    settle,
    write_reading,
    write_received,
)
from assets.steps.workbook import WorkbookReader
from data_contracts.contract import Contract
from data_contracts.problems import CATALOGUE, SAME_FILE, UNKNOWN_SUBMITTER, Problem

UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
# Seconds for which a file's size and time must not have changed before it is taken.
SETTLED_AFTER = 3.0


def receive_files(night: Night) -> StepResult:
    """Take every settled file from the inbox and read it as text. Rows: the files taken.

    A file that cannot be read, or of which no table can be told, gets its outcome here.
    """
    taken = [_take(path, night) for path in _settled(sorted(_waiting(night.lake.inbox)))]
    new = [received for received in taken if received is not None]
    with WorkbookReader() as books:
        for folder in received_folders(night.lake):
            _read(folder, night, books)
    return StepResult(rows=len(new), metadata={"files": len(new), "inbox": night.lake.inbox})


def receive(night: Night, contract: Contract) -> StepResult:
    """What waits to be checked for one contract. Rows: the waiting files."""
    submitters = Counter(read_received(folder).submitter for folder in waiting(night, contract))
    return StepResult(rows=submitters.total(), rows_by_organisation=submitters)


def received_folders(lake: Lake) -> list[Path]:
    """Folders of files that have no outcome yet, in the order of their arrival."""
    return sorted(p for p in lake.received.iterdir() if not p.name.startswith("."))


def waiting(night: Night, contract: Contract) -> list[Path]:
    """Folders that wait to be checked against the tables of a contract."""
    tables = {table.name for table in contract.tables}
    folders = received_folders(night.lake)
    return [folder for folder in folders if reading_facts(folder)["table"] in tables]


def _read(folder: Path, night: Night, books: WorkbookReader) -> None:
    """Read a file once; a refusal, an unknown sender or a repeated file ends its way here."""
    if not (folder / READING).exists():
        received = read_received(folder)
        reading = _unread(received, night) or read(
            original_in(folder), received.submission, received.file_name, night.topics, books
        )
        write_reading(folder, reading)
    facts = reading_facts(folder)
    if facts["refused"] or facts["table"] is None:
        problems = pl.read_parquet(folder / PROBLEMS)
        effects = Counter(CATALOGUE[code].effect for code in problems["code"])
        receipt = plain_receipt(folder, outcome_of(effects, accepted=0))
        receipt = replace(receipt, duplicate_of=_duplicate_of(problems))
        settle(night.lake, folder, placed(receipt, facts["table"], facts["sheet"]), problems, None)


def _unread(received: Received, night: Night) -> Reading | None:
    """Why a file need not be opened: its sender is unknown, or it is here already."""
    table = night.topics.get(parsed_name(received.file_name).topic or "")
    if night.registers.organisation(received.submitter) is None:
        kind, facts = UNKNOWN_SUBMITTER, {"folder": received.submitter}
    elif earlier := _same_file(received, night.lake):
        kind, facts = SAME_FILE, {"duplicate_of": earlier}
    else:
        return None
    return Reading(table=table, problems=(Problem(kind, received.submission, facts=facts),))


def _same_file(received: Received, lake: Lake) -> str | None:
    """The earlier submission of the same sender with the same bytes, if there is one."""
    start = received.sha256[:12]
    homes = sorted([*lake.submissions.glob(f"*-{start}*"), *lake.received.glob(f"*-{start}*")])
    earlier = (read_received(home) for home in homes if home.name < received.submission)
    same = (e for e in earlier if (e.submitter, e.sha256) == (received.submitter, received.sha256))
    return next((e.submission for e in same), None)


def _duplicate_of(problems: pl.DataFrame) -> str | None:
    named = problems.filter(pl.col("code") == SAME_FILE.code)
    return None if named.is_empty() else str(json.loads(named["facts"][0])["duplicate_of"])


def _waiting(inbox: Path) -> Iterator[Path]:
    """Ordinary files one level down that no one is still writing."""
    for folder in inbox.iterdir():
        if folder.is_symlink() or not folder.is_dir():
            continue
        for path in folder.iterdir():
            if _is_ordinary(path) and not _is_unfinished(path.name):
                yield path


def _is_ordinary(path: Path) -> bool:
    """A regular file with one name: no link, pipe, device or folder."""
    facts = path.lstat()
    return stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1


def _is_unfinished(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def _settled(paths: list[Path]) -> Iterator[Path]:
    """The files whose size and time stand still; only young ones have to be waited for."""
    young = [path for path in paths if clock.time() - path.stat().st_mtime < SETTLED_AFTER]
    before = {path: _shape(path) for path in young}
    if young:
        clock.sleep(SETTLED_AFTER)
    return (path for path in paths if path not in before or _shape(path) == before[path])


def _shape(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def _take(path: Path, night: Night) -> Received | None:
    facts = path.stat()
    arrived = min(datetime.fromtimestamp(int(facts.st_mtime), UTC), night.now)
    sha256 = digest_of_file(path)
    stem = f"{arrived:%Y%m%d-%H%M%S}-{sha256[:12]}"
    if _is_here_already(stem, path, night):
        path.unlink()
        return None
    received = Received(
        submission=_free_name(stem, night),
        submitter=path.parent.name,
        file_name=path.name,
        sha256=sha256,
        size=facts.st_size,
        arrived=arrived,
        received=night.now,
    )
    with folder_made(night.lake.received / received.submission) as folder:
        _copy(path, folder / f"original{path.suffix.lower()[:8]}")
        write_received(folder, received)
    path.unlink()
    return received


def _copy(source: Path, target: Path) -> None:
    """Copy without following a link that took the file's place since it was looked at."""
    handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as reader, target.open("wb") as writer:
        shutil.copyfileobj(reader, writer, 1 << 20)
        writer.flush()
        os.fsync(writer.fileno())


def _homes(name: str, night: Night) -> tuple[Path, Path]:
    return night.lake.received / name, night.lake.submissions / name


def _is_here_already(stem: str, path: Path, night: Night) -> bool:
    """Whether a crash came after this very file was copied and before it left the inbox."""
    for home in _homes(stem, night):
        if home.exists():
            known = read_received(home)
            return (known.submitter, known.file_name) == (path.parent.name, path.name)
    return False


def _free_name(stem: str, night: Night) -> str:
    """The same bytes at the same second from two senders get two names."""
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, 1000))
    return next(n for n in names if not any(home.exists() for home in _homes(n, night)))
