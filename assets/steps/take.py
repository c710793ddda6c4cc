"""Step 1a. Files leave the inbox and become received folders.

Here: which files are taken and which are left, the copy, and the emptying of the inbox. Not here:
how a file is read (read.py), and what becomes of it (receive.py, check.py).

A file is taken only when it is an ordinary file that has settled. It is copied byte for byte, named
by its time and digest, and removed from the inbox last, when the copy is safe from a power cut: a
crash between any two lines leaves it in the inbox or in `received`, never in neither. What is known
of a file is asked of the handle that it is copied from, and it is removed under a private name that
nobody else writes to: another file may come under its own name at any moment.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time as clock
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from assets.steps.lake import Lake, digest_of_file, sync_contents, sync_folder
from assets.steps.night import Night
from assets.steps.read import BOOK_TYPES, TEXT_TYPES
from assets.steps.submissions import (
    Received,
    all_receipts,
    digest_in,
    kept_original,
    read_received,
    received_folders,
    submission_folders,
    write_received,
)
from assets.steps.trial import TRIAL
from data_contracts.problems import masked

UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
OF_SYSTEMS = frozenset({"thumbs.db", "desktop.ini"})
# Seconds for which a file's size and time must not have changed before it is taken.
SETTLED_AFTER = 3.0
# Lake.prepare clears this away after a crash.
COPYING = ".making-copy"
# A folder beside the files, since a rename works only on one disk. `_finish` looks into those that
# a crash left.
LEAVING = ".taken-"
# A link that took a file's place is not followed, a pipe is not waited for; Windows has neither,
# but would change the ends of lines.
SAFELY = os.O_RDONLY
for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
    SAFELY |= getattr(os, name, 0)
# A file that is just being copied has no place in the order.
NOT_YET = 0
# Letters of a name and its ending that stay when it is lengthened: no disk takes more than 255
# bytes, and a letter may have four.
STEM_KEPT, ENDING_KEPT = 50, 10


class InboxError(Exception):
    """The inbox could not be emptied; the message names no file: its name may name a person."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Size, time of the last change (ns) and inode: another file, or a changed one, has another."""

    size: int
    modified: int
    inode: int

    @classmethod
    def of(cls, facts: os.stat_result) -> Shape:
        return cls(facts.st_size, facts.st_mtime_ns, facts.st_ino)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file of the inbox as it was when the inbox was listed."""

    path: Path
    shape: Shape

    @property
    def turn(self) -> tuple[int, str, str]:
        """Files of one night are taken in the order of their own times."""
        return self.shape.modified, self.path.parent.as_posix(), self.path.name


@dataclass(frozen=True, slots=True)
class Taken:
    """A file of the inbox, the folder of its copy, and whether that was made just now."""

    waiting: Waiting
    folder: Path
    is_new: bool


class Homes:
    """The folders of all files that were ever received, found by the start of their digest.

    Listed once: asking the disk for each of thousands of files would take minutes.
    """

    def __init__(self, lake: Lake) -> None:
        self._by_digest: dict[str, list[Path]] = {}
        for place in (lake.submissions, lake.received):
            for home in submission_folders(place):
                self.add(home)

    def add(self, home: Path) -> None:
        self._by_digest.setdefault(digest_in(home.name), []).append(home)

    def discard(self, home: Path) -> None:
        """Throw a folder away."""
        self._by_digest[digest_in(home.name)].remove(home)
        shutil.rmtree(home)

    def alike(self, submission: str) -> tuple[Path, ...]:
        """Folders of files that have, or nearly certainly have, the same bytes."""
        return tuple(self._by_digest.get(digest_in(submission), ()))


def take_all(night: Night, *, settled: bool = False) -> int:
    """Copy every settled file, make the copies safe, then empty the inbox; how many were new.

    `settled` says that nobody is writing into the inbox, so that young files need not be waited
    for. Raises InboxError where a file that was copied cannot be removed.
    """
    lake = night.lake
    homes = Homes(lake)
    with _without_names():
        _finish(night, homes)
    there = list(_listed(lake.inbox))
    files = sorted(there if settled else _settled(there), key=lambda file: file.turn)
    if not files:
        return 0
    numbers = count(_highest_sequence(lake) + 1)
    taken = [one for file in files if (one := _take(file, night, homes, numbers))]
    sync_contents(one.folder for one in taken)
    sync_folder(lake.received)
    with _without_names():
        for one in taken:
            _remove(one.waiting)
    return sum(one.is_new for one in taken)


def waiting_files(inbox: Path) -> list[Path]:
    """Ordinary files in senders' folders that no one is still writing; nothing is opened."""
    return sorted(file.path for file in _listed(inbox))


def left_in(inbox: Path) -> list[str]:
    """What lies anywhere in the inbox, folders apart, as it may be shown: `7A4/big.csv.part`.

    After a night that is what it did not take. Names are without what could name a person. A link
    to a folder is told like a file, since nobody looks behind it.
    """
    return [_shown_path(path) for path in _left(inbox)]


def misplaced_in(inbox: Path) -> list[str]:
    """Of these the files that no night will ever take: they lie in no sender's own folder."""
    in_own_folder = 2
    return [
        _shown_path(path)
        for path in _left(inbox)
        if len(path.parts) != in_own_folder and not _is_unfinished(path.name)
    ]


def _left(inbox: Path) -> list[Path]:
    found: list[Path] = []
    for root, folders, files in os.walk(inbox):
        links = (name for name in folders if os.path.islink(os.path.join(root, name)))
        found += [Path(root, name).relative_to(inbox) for name in (*files, *links)]
    return sorted(found)


def _shown_path(path: Path) -> str:
    return "/".join([*map(_shown, path.parts[:-1]), shown_name(path)])


def shown_name(path: Path) -> str:
    """The file's name as it is kept: without what could name a person, with the ending it needs."""
    return f"{_shown(path.stem)}{path.suffix}" if _suffix(path) else _shown(path.name)


def _shown(name: str) -> str:
    """Part of a path as text: bytes that are no UTF-8 escaped, what could name a person masked."""
    return masked(_text(name))


def _text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _highest_sequence(lake: Lake) -> int:
    known = [receipt.sequence for receipt in all_receipts(lake)]
    waiting = [read_received(folder).sequence for folder in received_folders(lake)]
    return max([*known, *waiting], default=0)


def _folders_in(place: Path) -> Iterator[Path]:
    """Folders that are no links."""
    return (p for p in _children(place) if p.is_dir() and not p.is_symlink())


def _children(folder: Path) -> list[Path]:
    """What lies in a folder; nothing where it is gone, or no folder any more."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _senders_folders(inbox: Path) -> Iterator[Path]:
    """Where files may lie: each sender's own folder, and the one for trials in it (trial.py)."""
    for folder in _folders_in(inbox):
        yield folder
        yield from (f for f in _folders_in(folder) if f.name.casefold() == TRIAL)


def _listed(inbox: Path) -> Iterator[Waiting]:
    """Regular files with one name, in senders' folders: no links, pipes or unfinished files."""
    for path in chain.from_iterable(map(_children, _senders_folders(inbox))):
        facts = _facts(path)
        if facts and _is_ordinary(facts) and not _is_unfinished(path.name):
            yield Waiting(path, Shape.of(facts))


def _facts(path: Path) -> os.stat_result | None:
    """What the disk says of a file itself, not of what it may point at; None if it is gone."""
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_ordinary(facts: os.stat_result) -> bool:
    return stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1


def _is_unfinished(name: str) -> bool:
    """Whether a file is not there as a whole yet, or is what a system keeps beside files."""
    lower = name.lower()
    return name.startswith((".", "~$")) or lower.endswith(UNFINISHED) or lower in OF_SYSTEMS


def _is_still(path: Path, shape: Shape) -> bool:
    """Whether the very file that had this shape is there, unchanged."""
    facts = _facts(path)
    return facts is not None and Shape.of(facts) == shape


def _settled(files: Iterable[Waiting]) -> list[Waiting]:
    """The files whose size and time stand still; only young ones have to be waited for."""
    now = clock.time()
    is_young = {file: now - file.shape.modified / 1e9 < SETTLED_AFTER for file in files}
    if any(is_young.values()):
        clock.sleep(SETTLED_AFTER)
    return [file for file in is_young if not is_young[file] or _is_still(file.path, file.shape)]


def _take(file: Waiting, night: Night, homes: Homes, numbers: Iterator[int]) -> Taken | None:
    """Copy a file out of the inbox, where it stays for now.

    None if it cannot be opened, or is not the file that was listed: that one has not settled.
    """
    making = night.lake.received / COPYING
    shutil.rmtree(making, ignore_errors=True)
    copy = making / f"original{_suffix(file.path)}"
    if not _is_copied(file, copy):
        shutil.rmtree(making, ignore_errors=True)
        return None
    received = _described(file, copy, night)
    home = _copied_before(received, homes, night.lake)
    if home is not None:
        shutil.rmtree(making)
        return Taken(file, home, is_new=False)
    name = free_name(received.submission, homes)
    received = replace(received, submission=name, sequence=next(numbers))
    write_received(making, received)
    home = making.rename(night.lake.received / received.submission)
    homes.add(home)
    return Taken(file, home, is_new=True)


def _is_copied(file: Waiting, copy: Path) -> bool:
    """Copy a file, and say whether the copy is the file that was listed, as it was then."""
    with _opened(file.path) or nullcontext() as source:
        if source is None:
            return False
        copy.parent.mkdir()
        with copy.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        return Shape.of(os.fstat(source.fileno())) == file.shape


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


def _described(file: Waiting, copy: Path, night: Night) -> Received:
    """What is known of a file; what its name says of a person is not written down."""
    changed = datetime.fromtimestamp(file.shape.modified // 10**9, UTC)
    arrived = min(changed, night.now)
    folder, *below = file.path.parent.relative_to(night.lake.inbox).parts
    sender = night.registers.organisation(_text(folder))
    sha256 = digest_of_file(copy)
    return Received(
        submission=f"{arrived:%Y%m%d-%H%M%S}-{sha256[:12]}",
        sequence=NOT_YET,
        submitter=_shown(folder) if sender is None else sender.code,
        file_name=shown_name(file.path),
        sha256=sha256,
        size=copy.stat().st_size,
        arrived=arrived,
        received=night.now,
        trial=bool(below),
    )


def _copied_before(received: Received, homes: Homes, lake: Lake) -> Path | None:
    """The copy of this very file, if a crash came before it left the inbox.

    The inbox is emptied before a file gets its outcome: one that has one was sent again. A copy
    that a power cut left broken is thrown away: the file itself is still in the inbox.
    """
    for home in homes.alike(received.submission):
        if home.parent == lake.received and _is_the_same(read_received(home), received):
            if _is_whole(home, received):
                return home
            homes.discard(home)
    return None


def _is_the_same(known: Received, received: Received) -> bool:
    given = {name: getattr(known, name) for name in ("submission", "sequence", "received")}
    return replace(received, **given) == known


def _is_whole(home: Path, received: Received) -> bool:
    original = kept_original(home)
    return original is not None and digest_of_file(original) == received.sha256


def free_name(name: str, homes: Homes) -> str:
    """The same bytes at the same second from two senders get two names."""
    used = {home.name for home in homes.alike(name)}
    return next(n for n in chain([name], (f"{name}-{i}" for i in count(2))) if n not in used)


def _remove(file: Waiting) -> None:
    """Remove the file that was copied, and no other that has come under its name since."""
    if not _is_still(file.path, file.shape):
        return
    try:
        leaving = Path(tempfile.mkdtemp(prefix=LEAVING, dir=file.path.parent))
    except FileNotFoundError:
        return
    private = leaving / file.path.name
    with suppress(FileNotFoundError):
        file.path.rename(private)
    if _is_still(private, file.shape):
        private.unlink()
    elif _facts(private):
        _put_back(private, file.path)
    leaving.rmdir()


def _finish(night: Night, homes: Homes) -> None:
    """Clear up where a crash came in the middle of `_remove`.

    What was copied is removed, anything else gets its name again and is looked at like any file.
    """
    for folder in _senders_folders(night.lake.inbox):
        for leaving in _folders_in(folder):
            if not leaving.name.startswith(LEAVING):
                continue
            for private in _children(leaving):
                if _is_safe(private, folder / private.name, night, homes):
                    private.unlink()
                else:
                    _put_back(private, folder / private.name)
            leaving.rmdir()


def _is_safe(private: Path, path: Path, night: Night, homes: Homes) -> bool:
    """Whether a file is held elsewhere: as a copy, or under the name it was just given again.

    A copy without its bytes (quarantine.py) holds nothing any more.
    """
    facts = private.lstat()
    if not stat.S_ISREG(facts.st_mode):
        return False
    if facts.st_nlink > 1:
        return True
    try:
        received = _described(Waiting(path, Shape.of(facts)), private, night)
    except PermissionError:
        return False
    return any(
        _is_the_same(read_received(home), received) and _is_whole(home, received)
        for home in homes.alike(received.submission)
    )


def _put_back(private: Path, path: Path) -> None:
    """Give a file its name again, or one beside it where another file has that name by now.

    By a link, which replaces nothing, on disks that know links.
    """
    for place in chain([path], (_numbered(path, number) for number in count(2))):
        try:
            os.link(private, place, follow_symlinks=False)
        except (OSError, NotImplementedError):
            if _facts(place):
                continue
            private.rename(place)
        else:
            private.unlink()
        return


def _numbered(path: Path, number: int) -> Path:
    """The name that a browser gives to a second file: parsed_name reads it like the first's."""
    return path.with_name(f"{path.stem[:STEM_KEPT]} ({number}){path.suffix[:ENDING_KEPT]}")


@contextmanager
def _without_names() -> Iterator[None]:
    """Errors of the operating system name the file; that must reach no log and no alert."""
    try:
        yield
    except OSError as error:
        raise InboxError(f"A file cannot be moved in the inbox: {error.strerror}.") from None
