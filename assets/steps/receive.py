"""Step 1. Files leave the inbox, become received folders and are read as text.

A file is taken only when it is an ordinary file that has settled. It is copied byte for byte, named
by its time and digest, and removed from the inbox last, when the copy is safe from a power cut: a
crash between any two lines leaves it in the inbox or in `received`, never in neither. How a file is
read is read.py's business, whether its rows are right check.py's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import time as clock
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO, TypeAlias

import polars as pl

from assets.steps.lake import Lake, digest_of_file, sync_contents, sync_folder
from assets.steps.night import Night
from assets.steps.read import Reading, parsed_name, read
from assets.steps.result import StepResult
from assets.steps.submissions import (
    RECEIPT,
    Received,
    Settled,
    forget_reading,
    original_in,
    outcome_of,
    placed,
    plain_receipt,
    problems_in,
    read_receipt,
    read_received,
    reading_facts,
    settle_all,
    write_reading,
    write_received,
)
from assets.steps.workbook import WorkbookReader
from data_contracts.contract import Contract
from data_contracts.problems import (
    CATALOGUE,
    SAME_FILE,
    UNKNOWN_SUBMITTER,
    Outcome,
    Problem,
    masked,
)

UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
# Seconds for which a file's size and time must not have changed before it is taken.
SETTLED_AFTER = 3.0
# While the child opens one workbook the next file of text can be read.
AT_ONCE = 2
# prepare() clears this away after a crash.
COPYING = ".making-copy"
# A link that took a file's place is not followed, a pipe is not waited for; Windows has neither.
SAFELY = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
IN_FULL = (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_WARNINGS)

# Size, time of the last change and inode.
Shape: TypeAlias = tuple[int, int, int]


class Homes:
    """The folders of all files that were ever received, found by the start of their digest.

    Listed once: asking the disk for each of thousands of files would take minutes.
    """

    def __init__(self, lake: Lake) -> None:
        self._by_digest: dict[str, list[Path]] = {}
        for place in (lake.submissions, lake.received):
            for home in sorted(place.iterdir()):
                if not home.name.startswith("."):
                    self.add(home)

    def add(self, home: Path) -> None:
        self._by_digest.setdefault(_digest_in(home.name), []).append(home)

    def discard(self, home: Path) -> None:
        """Throw a folder away."""
        self._by_digest[_digest_in(home.name)].remove(home)
        shutil.rmtree(home)

    def alike(self, submission: str) -> tuple[Path, ...]:
        """Folders of files that have, or nearly certainly have, the same bytes."""
        return tuple(self._by_digest.get(_digest_in(submission), ()))


def _digest_in(submission: str) -> str:
    """20240405-093012-0a1b2c3d4e5f-2 -> 0a1b2c3d4e5f"""
    return submission.split("-")[2]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file of the inbox as it was when it was copied, and the folder of its copy."""

    path: Path
    shape: Shape
    folder: Path
    is_new: bool


def receive_files(night: Night) -> StepResult:
    """Take every settled file from the inbox and read it as text. Rows: the files taken.

    A file that cannot be read, or of which no table can be told, gets its outcome here. `left` are
    the files that stay in the inbox: unfinished, or no ordinary files.
    """
    homes = Homes(night.lake)
    new = _take_all(night, homes)
    with WorkbookReader() as books, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda home: _read(home, night, homes, books), received_folders(night.lake)))
    settle_all(night.lake, filter(None, map(_ended, received_folders(night.lake))))
    left = sum(not path.is_dir() for path in _entries(night.lake.inbox))
    return StepResult(rows=new, metadata={"files": new, "left": left, "inbox": night.lake.inbox})


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


def _read(folder: Path, night: Night, homes: Homes, books: WorkbookReader) -> None:
    """Read a file once, and again where a crash left half of what was read."""
    if _is_read(folder):
        return
    forget_reading(folder)
    received = read_received(folder)
    reading = _unread(received, night, homes) or read(
        original_in(folder), received.submission, received.file_name, night.topics, books
    )
    write_reading(folder, reading)


def _is_read(folder: Path) -> bool:
    try:
        return bool(reading_facts(folder))
    except (OSError, ValueError):
        return False


def _ended(folder: Path) -> Settled | None:
    """The outcome of a file whose way ends here: refused, of no table, or here already."""
    facts = reading_facts(folder)
    if facts["table"] is not None and not facts["problems"]:
        return None
    found = problems_in(facts)
    duplicate_of = _duplicate_of(found)
    if facts["table"] is not None and not facts["refused"] and duplicate_of is None:
        return None
    effects = Counter(CATALOGUE[code].effect for code in found["code"])
    receipt = plain_receipt(folder, outcome_of(effects, accepted=0))
    receipt = replace(receipt, duplicate_of=duplicate_of)
    receipt = placed(receipt, facts["table"], facts["sheet"])
    return Settled(folder=folder, receipt=receipt, problems=found)


def _duplicate_of(found: pl.DataFrame) -> str | None:
    named = found.filter(pl.col("code") == SAME_FILE.code)
    return None if named.is_empty() else str(json.loads(named["facts"][0])["duplicate_of"])


def _unread(received: Received, night: Night, homes: Homes) -> Reading | None:
    """Why a file need not be opened: its sender is unknown, or it is here already."""
    table = night.topics.get(parsed_name(received.file_name).topic or "")
    if night.registers.organisation(received.submitter) is None:
        kind, facts = UNKNOWN_SUBMITTER, {"folder": received.submitter}
    elif earlier := _same_file(received, homes):
        kind, facts = SAME_FILE, {"duplicate_of": earlier}
    else:
        return None
    return Reading(table=table, problems=(Problem(kind, received.submission, facts=facts),))


def _same_file(received: Received, homes: Homes) -> str | None:
    """The earlier submission of the same sender and return with the same bytes, if it was counted.

    Two returns of a month without an event may well have the same bytes. A file that was not
    accepted in full may be sent again as it is, because what it needed (a new site) is there now.
    """
    for home in homes.alike(received.submission):
        is_earlier = home.name < received.submission
        if is_earlier and _identity(read_received(home)) == _identity(received):
            earlier = read_receipt(home) if (home / RECEIPT).exists() else None
            if earlier is None or earlier.outcome in IN_FULL:
                return home.name
    return None


def _identity(received: Received) -> tuple[str, str | None, str]:
    return received.submitter, parsed_name(received.file_name).topic, received.sha256


def _take_all(night: Night, homes: Homes) -> int:
    """Copy every settled file, make the copies safe, then empty the inbox; how many were new."""
    settled = _settled(sorted(_waiting(night.lake.inbox)))
    taken = [one for path in settled if (one := _take(path, night, homes))]
    sync_contents(one.folder for one in taken)
    sync_folder(night.lake.received)
    for one in taken:
        # Another file may have come under the same name since.
        if one.path.exists() and _shape(one.path) == one.shape:
            one.path.unlink()
    return sum(one.is_new for one in taken)


def _entries(inbox: Path) -> Iterator[Path]:
    """All that lies one level down, in folders that are no links."""
    for folder in inbox.iterdir():
        if folder.is_dir() and not folder.is_symlink():
            yield from folder.iterdir()


def _waiting(inbox: Path) -> Iterator[Path]:
    """Ordinary files that no one is still writing."""
    return (p for p in _entries(inbox) if not _is_unfinished(p.name) and _is_ordinary(p))


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


def _shape(path: Path) -> Shape:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns, facts.st_ino


def _take(path: Path, night: Night, homes: Homes) -> Taken | None:
    """Copy a file out of the inbox, where it stays for now; None if it cannot be opened."""
    making = night.lake.received / COPYING
    with _opened(path) or nullcontext() as source:
        if source is None:
            return None
        shape = _shape(path)
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        copy = making / f"original{_suffix(path)}"
        with copy.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    received = _described(path, copy, night)
    home = _copied_before(received, homes)
    if home is not None:
        shutil.rmtree(making)
        return Taken(path, shape, home, is_new=False)
    received = replace(received, submission=_free_name(received.submission, homes))
    write_received(making, received)
    home = making.rename(night.lake.received / received.submission)
    homes.add(home)
    return Taken(path, shape, home, is_new=True)


def _opened(path: Path) -> BinaryIO | None:
    """The file to read from; None if it is gone, not ours to read or no ordinary file any more."""
    try:
        handle = os.open(path, SAFELY)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    return None


def _suffix(path: Path) -> str:
    return re.sub(r"[^a-z0-9.]", "", path.suffix.lower())[:8]


def _described(path: Path, copy: Path, night: Night) -> Received:
    """What is known of a file; what its name says of a person is not written down."""
    arrived = min(datetime.fromtimestamp(int(path.stat().st_mtime), UTC), night.now)
    sender = night.registers.organisation(path.parent.name)
    sha256 = digest_of_file(copy)
    return Received(
        submission=f"{arrived:%Y%m%d-%H%M%S}-{sha256[:12]}",
        submitter=path.parent.name if sender is None else sender.code,
        file_name=f"{masked(path.stem)}{path.suffix}",
        sha256=sha256,
        size=copy.stat().st_size,
        arrived=arrived,
        received=night.now,
    )


def _copied_before(received: Received, homes: Homes) -> Path | None:
    """The copy of this very file, if a crash came before it left the inbox.

    A copy that a power cut left broken is thrown away: the file itself is still in the inbox.
    """
    for home in homes.alike(received.submission):
        known = read_received(home)
        if replace(received, submission=known.submission, received=known.received) == known:
            if digest_of_file(original_in(home)) == received.sha256:
                return home
            homes.discard(home)
    return None


def _free_name(name: str, homes: Homes) -> str:
    """The same bytes at the same second from two senders get two names."""
    used = {home.name for home in homes.alike(name)}
    return next(n for n in chain([name], (f"{name}-{i}" for i in count(2))) if n not in used)
