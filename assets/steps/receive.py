"""Step 1. Files leave the inbox, become received folders and are read as text.

A file is taken only when it is an ordinary file that has settled. It is copied byte for byte, named
by its time and digest, and removed from the inbox last, when the copy is safe from a power cut: a
crash between any two lines leaves it in the inbox or in `received`, never in neither. How a file is
read is read.py's business, whether its rows are right check.py's.
"""

from __future__ import annotations

import os
import shutil
import stat
import time as clock
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from assets.steps.lake import Lake, digest_of, digest_of_file, sync_contents, sync_folder
from assets.steps.night import Night
from assets.steps.read import BOOK_TYPES, TEXT_TYPES, Reading, parsed_name, read
from assets.steps.result import StepResult
from assets.steps.submissions import (
    Receipt,
    Received,
    Settled,
    all_receipts,
    forget_reading,
    original_in,
    outcome_of,
    placed,
    plain_receipt,
    problems_in,
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
    problems_frame,
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
# A file that is just being copied has no place in the order.
NOT_YET = 0
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


def receive_files(night: Night, *, settled: bool = False) -> StepResult:
    """Take every settled file from the inbox and read it as text. Rows: the files taken.

    A file that cannot be read, or of which no table can be told, gets its outcome here. `left` are
    the files that stay in the inbox: unfinished, or no ordinary files. `settled` says that nobody
    is writing into the inbox, so that young files need not be waited for.
    """
    new = _take_all(night, settled)
    folders = received_folders(night.lake)
    agreed = _agreed(night)
    with WorkbookReader() as books, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda folder: _read(folder, night, agreed, books), folders))
    settle_all(night.lake, _ended(folders, all_receipts(night.lake)))
    left = sum(not path.is_dir() for path in _entries(night.lake.inbox))
    return StepResult(rows=new, metadata={"files": new, "left": left, "inbox": night.lake.inbox})


def receive(night: Night, contract: Contract) -> StepResult:
    """What waits to be checked for one contract. Rows: the waiting files."""
    submitters = Counter(read_received(folder).submitter for folder in waiting(night, contract))
    return StepResult(rows=submitters.total(), rows_by_organisation=submitters)


def received_folders(lake: Lake) -> list[Path]:
    """Folders of files that have no outcome yet, in the order in which they were taken."""
    folders = (p for p in lake.received.iterdir() if not p.name.startswith("."))
    return sorted(folders, key=lambda folder: read_received(folder).sequence)


def waiting(night: Night, contract: Contract) -> list[Path]:
    """Folders that wait to be checked against the tables of a contract."""
    tables = {table.name for table in contract.tables}
    folders = received_folders(night.lake)
    return [folder for folder in folders if reading_facts(folder)["table"] in tables]


def waiting_files(inbox: Path) -> list[Path]:
    """Ordinary files, one level down, that no one is still writing; nothing is opened."""
    return sorted(p for p in _entries(inbox) if not _is_unfinished(p.name) and _is_ordinary(p))


def _agreed(night: Night) -> str:
    """A digest of the contracts: a file read under others has to be read anew."""
    return digest_of([contract.digest for contract in night.contracts])


def _read(folder: Path, night: Night, agreed: str, books: WorkbookReader) -> None:
    """Read a file once; again where a crash left half of it, or contracts have changed since."""
    if _is_read(folder, agreed):
        return
    forget_reading(folder)
    received = read_received(folder)
    reading = _of_nobody(received, night) or read(
        original_in(folder), received.submission, received.file_name, night.topics, books
    )
    write_reading(folder, reading, agreed)


def _is_read(folder: Path, agreed: str) -> bool:
    try:
        return bool(reading_facts(folder)["agreed"] == agreed)
    except (OSError, ValueError, KeyError):
        return False


def _of_nobody(received: Received, night: Night) -> Reading | None:
    """The answer to a file that need not be opened, since nobody knows its sender."""
    if night.registers.organisation(received.submitter) is not None:
        return None
    facts = {"folder": received.submitter}
    problem = Problem(UNKNOWN_SUBMITTER, received.submission, facts=facts)
    table = night.topics.get(parsed_name(received.file_name).topic or "")
    return Reading(table=table, problems=(problem,))


# First and last month in a file's name; None where it names none.
Months: TypeAlias = tuple[date, date] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One file of a sender for a table; `in_full`: nothing of it was refused or set aside."""

    received: Received
    table: str | None
    in_full: bool

    @property
    def months(self) -> Months:
        name = parsed_name(self.received.file_name)
        return None if name.first is None or name.last is None else (name.first, name.last)

    def may_replace(self, earlier: Sent) -> bool:
        """Whether both may be about the same month."""
        own, other = self.months, earlier.months
        if own is None or other is None:
            return True
        return own[0] <= other[1] and other[0] <= own[1]

    def repeats(self, earlier: Sent) -> bool:
        """Whether this is the earlier file once more, and that one needed nothing.

        Under a name that states other months the same bytes may have another outcome.
        """
        is_same = self.received.sha256 == earlier.received.sha256 and self.months == earlier.months
        return is_same and earlier.in_full


# By submitter and table, in the order in which they were taken, without duplicates.
History: TypeAlias = dict[tuple[str, str | None], list[Sent]]


def _ended(folders: Iterable[Path], receipts: Iterable[Receipt]) -> Iterator[Settled]:
    """The files whose way ends here, with their outcome: refused, of no table, or here already.

    Of a file of the same night it is not known yet whether rows will be set aside; the same bytes
    would have the same fate.
    """
    history: History = defaultdict(list)
    for receipt in receipts:
        if receipt.outcome is not Outcome.DUPLICATE:
            table = f"{receipt.workstream}.{receipt.table}" if receipt.table else None
            in_full = receipt.outcome in IN_FULL
            sent = Sent(received=receipt, table=table, in_full=in_full)
            history[receipt.submitter, table].append(sent)
    for folder in folders:
        received, facts = read_received(folder), reading_facts(folder)
        is_refused = facts["refused"] or facts["table"] is None
        sent = Sent(received=received, table=facts["table"], in_full=not is_refused)
        before = history[received.submitter, sent.table]
        earlier = _repeated(sent, before)
        if is_refused:
            yield _refused(folder, facts)
        elif earlier is not None:
            yield _duplicate(folder, facts, earlier.received.submission)
            continue
        before.append(sent)


def _repeated(sent: Sent, before: list[Sent]) -> Sent | None:
    """The earlier file of which this one is a copy.

    Only the newest one that may be about the same months is looked at: what was sent first, then
    replaced and then sent again is a new version.
    """
    newest = next((one for one in reversed(before) if sent.may_replace(one)), None)
    return newest if newest is not None and sent.repeats(newest) else None


def _refused(folder: Path, facts: Mapping[str, Any]) -> Settled:
    found = problems_in(facts)
    effects = Counter(CATALOGUE[code].effect for code in found["code"])
    receipt = plain_receipt(folder, outcome_of(effects, accepted=0))
    receipt = placed(receipt, facts["table"], facts["sheet"])
    return Settled(folder=folder, receipt=receipt, problems=found)


def _duplicate(folder: Path, facts: Mapping[str, Any], earlier: str) -> Settled:
    receipt = replace(plain_receipt(folder, Outcome.DUPLICATE), duplicate_of=earlier)
    receipt = placed(receipt, facts["table"], facts["sheet"])
    problem = Problem(SAME_FILE, receipt.submission, facts={"duplicate_of": earlier})
    return Settled(folder=folder, receipt=receipt, problems=problems_frame([problem]))


def _take_all(night: Night, settled: bool) -> int:
    """Copy every settled file, make the copies safe, then empty the inbox; how many were new."""
    waiting = waiting_files(night.lake.inbox)
    paths = sorted(waiting if settled else _settled(waiting), key=_turn)
    if not paths:
        return 0
    homes, numbers = Homes(night.lake), count(_highest_sequence(night.lake) + 1)
    taken = [one for path in paths if (one := _take(path, night, homes, numbers))]
    sync_contents(one.folder for one in taken)
    sync_folder(night.lake.received)
    for one in taken:
        # Another file may have come under the same name since.
        if one.path.exists() and _shape(one.path) == one.shape:
            one.path.unlink()
    return sum(one.is_new for one in taken)


def _turn(path: Path) -> tuple[int, str, str]:
    """Files of one night are taken in the order of their own times."""
    return path.stat().st_mtime_ns, path.parent.name, path.name


def _highest_sequence(lake: Lake) -> int:
    known = [receipt.sequence for receipt in all_receipts(lake)]
    waiting = [read_received(folder).sequence for folder in received_folders(lake)]
    return max([*known, *waiting], default=0)


def _entries(inbox: Path) -> Iterator[Path]:
    """All that lies one level down, in folders that are no links."""
    for folder in inbox.iterdir() if inbox.is_dir() else ():
        if folder.is_dir() and not folder.is_symlink():
            yield from folder.iterdir()


def _is_ordinary(path: Path) -> bool:
    """A regular file with one name: no link, pipe, device or folder, and not gone meanwhile."""
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return False
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


def _take(path: Path, night: Night, homes: Homes, numbers: Iterator[int]) -> Taken | None:
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
    home = _copied_before(received, homes, night.lake)
    if home is not None:
        shutil.rmtree(making)
        return Taken(path, shape, home, is_new=False)
    name = _free_name(received.submission, homes)
    received = replace(received, submission=name, sequence=next(numbers))
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
    """The ending of a file of a type that is read; any other may say anything."""
    suffix = path.suffix.lower()
    return suffix if suffix in TEXT_TYPES + BOOK_TYPES else ""


def _shown_name(path: Path) -> str:
    """The file's name as it is kept: without what could name a person, with the ending it needs."""
    return f"{masked(path.stem)}{path.suffix}" if _suffix(path) else masked(path.name)


def _described(path: Path, copy: Path, night: Night) -> Received:
    """What is known of a file; what its name says of a person is not written down."""
    arrived = min(datetime.fromtimestamp(int(path.stat().st_mtime), UTC), night.now)
    sender = night.registers.organisation(path.parent.name)
    sha256 = digest_of_file(copy)
    return Received(
        submission=f"{arrived:%Y%m%d-%H%M%S}-{sha256[:12]}",
        sequence=NOT_YET,
        submitter=masked(path.parent.name) if sender is None else sender.code,
        file_name=_shown_name(path),
        sha256=sha256,
        size=copy.stat().st_size,
        arrived=arrived,
        received=night.now,
    )


def _copied_before(received: Received, homes: Homes, lake: Lake) -> Path | None:
    """The copy of this very file, if a crash came before it left the inbox.

    The inbox is emptied before a file gets its outcome: one that has one was sent again. A copy
    that a power cut left broken is thrown away: the file itself is still in the inbox.
    """
    for home in homes.alike(received.submission):
        if home.parent == lake.received and _is_the_same(read_received(home), received):
            if digest_of_file(original_in(home)) == received.sha256:
                return home
            homes.discard(home)
    return None


def _is_the_same(known: Received, received: Received) -> bool:
    given = {name: getattr(known, name) for name in ("submission", "sequence", "received")}
    return replace(received, **given) == known


def _free_name(name: str, homes: Homes) -> str:
    """The same bytes at the same second from two senders get two names."""
    used = {home.name for home in homes.alike(name)}
    return next(n for n in chain([name], (f"{name}-{i}" for i in count(2))) if n not in used)
