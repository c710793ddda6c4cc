"""Where things lie: the folders of the lake and how a file or folder gets into them safely.

Here: paths, atomic writes, digests. Not here: what is in the files. Nothing in the lake is edited
in place; a file or folder is made beside its place and moved there by one rename.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

# Windows can neither open a folder nor make safe what is open only for reading.
CAN_SYNC = hasattr(os, "O_DIRECTORY")
# From so many files on, one call that waits for all of the disk is quicker than one for each.
MANY = 64


@dataclass(frozen=True, slots=True)
class Lake:
    """The folders of one lake."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where files arrive: inbox/<submitter code>/."""
        return self.root / "inbox"

    @property
    def received(self) -> Path:
        """Files taken from the inbox that no one has checked yet."""
        return self.root / "received"

    @property
    def submissions(self) -> Path:
        """One folder per file, complete from the moment it can be seen."""
        return self.root / "submissions"

    @property
    def decisions(self) -> Path:
        return self.root / "decisions"

    @property
    def notes(self) -> Path:
        return self.root / "notes"

    @property
    def work(self) -> Path:
        """What can be made again from the submissions: counts, signals, rendered pages."""
        return self.root / "work"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def site(self) -> Path:
        return self.root / "site"

    @property
    def latest(self) -> Path:
        """The publication that readers see."""
        return self.site / "latest"

    @property
    def nights(self) -> Path:
        """The verdict of each night."""
        return self.root / "nights"

    @property
    def alerts(self) -> Path:
        """One sentence for the operator for each run that failed."""
        return self.root / "alerts"

    def prepare(self) -> None:
        """Make the folders that are not there yet, and clear what a crash left half made."""
        for folder in (
            self.inbox,
            self.received,
            self.submissions,
            self.decisions,
            self.notes,
            self.work,
            self.site,
            self.nights,
        ):
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(".making-*"):
                # Of a link to a folder, the link alone was left half made.
                is_folder = left.is_dir() and not left.is_symlink()
                shutil.rmtree(left) if is_folder else left.unlink()


@contextmanager
def folder_made(place: Path, durable: bool = True) -> Iterator[Path]:
    """A new folder to fill; it appears at `place` whole when the block ends, or not at all.

    `durable` False is for what is verified when it is used: it may be lost in a power cut.
    """
    making = place.with_name(f".making-{place.name}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    yield making
    making.rename(place)
    if durable:
        sync_folder(place.parent)


def write_file(place: Path, content: bytes) -> None:
    """Put a file in its place whole, replacing one that is there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    making = place.with_name(f".making-{place.name}")
    with making.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    making.replace(place)


def write_json(place: Path, document: Any) -> None:
    write_file(place, json_bytes(document))


def json_bytes(document: Any) -> bytes:
    """JSON with sorted keys, so that equal documents are equal bytes."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    return (text + "\n").encode()


def read_json(place: Path) -> Any:
    return json.loads(place.read_text(encoding="utf-8"))


def write_frame(place: Path, frame: pl.DataFrame) -> None:
    """Put a frame in its place as Parquet, whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    making = place.with_name(f".making-{place.name}")
    frame.write_parquet(making)
    _sync(making)
    making.replace(place)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    _sync(folder)


def sync_contents(folders: Iterable[Path]) -> None:
    """Make all that was written into some folders survive a power cut."""
    paths = [path for folder in folders for path in (*folder.iterdir(), folder)]
    if len(paths) > MANY and hasattr(os, "sync"):
        os.sync()
    else:
        for path in paths:
            _sync(path)


def _sync(path: Path) -> None:
    if not CAN_SYNC:
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest_of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of(*parts: Any) -> str:
    """One digest for any JSON-like facts, the same in every process."""
    return hashlib.sha256(json_bytes(parts)).hexdigest()


def digest_of_folder(folder: Path, patterns: tuple[str, ...] = ("*",)) -> str:
    """One digest for the names and contents of a folder's files."""
    files = sorted({p for pattern in patterns for p in folder.rglob(pattern) if p.is_file()})
    return digest_of([(p.relative_to(folder).as_posix(), digest_of_file(p)) for p in files])
