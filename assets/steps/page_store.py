"""Pages that were made once and are only linked afterwards.

Belongs here: the key under which a page is kept, keeping it whole, linking it into a publication.
Does not belong here: what a page shows (reports/pages), which publication there is (publish.py).

A page's key is a digest of all it shows and of the code and words that make it: equal keys are
equal bytes, so a page that has not changed is not made again and not even copied.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import groupby
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import polars as pl

from assets.steps.compare import Comparisons
from assets.steps.lake import (
    Lake,
    digest_of,
    digest_of_file,
    folder_made,
    json_bytes,
    read_json,
    write_file,
)
from assets.steps.night import Night
from assets.steps.submissions import SHEET
from data_contracts.contract import Contract
from reports.edition import Edition
from reports.pages.site import (
    PageTask,
    SheetRows,
    dated_tasks,
    page_tasks,
    reader_tasks,
    static_files,
    workstream_tasks,
)
from reports.words import LANGUAGES, Words

PAGE, FILES, DIGESTS = "page.html", "files", "digests.json"
READ_ONLY = 0o444
# Work is counted in rows read: a page full of charts takes as long as its rows, and any page as
# long as so many rows more. A second process needs two seconds before its first page.
ROWS_A_PAGE = 250
WORTH_A_PROCESS = 300_000
# Freezing begins with one full collection, which takes as long as making some ten pages.
WORTH_A_FREEZE = 50


@dataclass(frozen=True, slots=True)
class Placed:
    """A page's place in a publication and the key of its content."""

    task: PageTask
    key: str

    @property
    def path(self) -> str:
        """Relative to the publication, such as `collaborative/ws-falls.cy.html`."""
        return f"{self.task.folder}/{self.task.name}"


def placed_pages(night: Night, edition: Edition) -> list[Placed]:
    """Every page of an edition with its key; nothing is made yet."""
    kept = _sheets_of(night), Comparisons(night)
    return _placed(night, page_tasks(edition, _words(night), *kept))


def placed_dated(night: Night, edition: Edition) -> list[Placed]:
    """The pages that show a publication's name or day, in each language."""
    return _placed(night, dated_tasks(edition, _words(night)))


def placed_workstream(night: Night, edition: Edition, contract: Contract) -> list[Placed]:
    """The pages of one workstream alone."""
    return _placed(night, workstream_tasks(edition, _words(night), contract))


def _placed(night: Night, tasks: Iterable[PageTask]) -> list[Placed]:
    contracts = [(contract.workstream, contract.digest) for contract in night.contracts]
    common = digest_of(night.code, night.words, contracts)
    return [Placed(task, digest_of(task.digest(), common)) for task in tasks]


def _words(night: Night) -> dict[str, Words]:
    return {
        language: _vocabulary(night.translations, language, night.words) for language in LANGUAGES
    }


@cache
def _vocabulary(folder: Path, language: str, digest: str) -> Words:
    """`digest` is that of the folder's files: other words are another entry."""
    return Words.load(folder, language)


def keep(night: Night, pages: Iterable[Placed], worth_a_process: int = WORTH_A_PROCESS) -> int:
    """Make the pages that the store lacks, or has only damaged; how many were made.

    Where they read more rows than `worth_a_process`, a second process makes part of them: the
    same bytes, since a page is made from what its readers are shown and from nothing else.
    """
    missing = [page for page in pages if not is_whole(_home(night.lake, page.key))]
    folders = [list(group) for _, group in groupby(missing, _readers)]
    with _frozen() if len(missing) > WORTH_A_FREEZE else nullcontext():
        if sum(map(_effort, folders)) > worth_a_process:
            _make_in_two(night, folders)
        else:
            for folder in folders:
                _make_all(night.lake, folder)
    return len(missing)


def _readers(page: Placed) -> tuple[str, int]:
    """The same for neighbours that are in one folder and made from one edition."""
    return page.task.folder, id(page.task.shown)


def _effort(folder: list[Placed]) -> int:
    """How much there is to do for the pages of one kind of readers, in rows read."""
    return folder[0].task.shown.points.height + ROWS_A_PAGE * len(folder)


def _make_in_two(night: Night, folders: list[list[Placed]]) -> None:
    """Two processes: the other one takes folders from the front, this one from the back."""
    waiting = deque(folders)
    process = ProcessPoolExecutor(1, get_context("spawn"), initializer=_end_with_parent)
    with process, ThreadPoolExecutor(1) as hand:
        elsewhere = hand.submit(_give_away, process, night, waiting)
        try:
            while folder := _taken(waiting.pop):
                _make_all(night.lake, folder)
        finally:
            waiting.clear()
        for folder in elsewhere.result():
            _make_all(night.lake, folder)


def _give_away(
    process: ProcessPoolExecutor, night: Night, waiting: deque[list[Placed]]
) -> list[list[Placed]]:
    """Have folders made by the other process, one at a time; those that it left undone.

    That is one at most: if the process is ended (for want of memory, say), no more are given to it.
    """
    while folder := _taken(waiting.popleft):
        try:
            process.submit(_make_shown, night, _shown(folder), _keys(folder)).result()
        except BrokenProcessPool:
            return [folder]
    return []


def _taken(take: Callable[[], list[Placed]]) -> list[Placed]:
    """The next folder; empty when none is left, which either process may find first."""
    try:
        return take()
    except IndexError:
        return []


def _end_with_parent() -> None:
    """A process whose parent was killed must not go on writing into a lake it no longer holds."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _shown(folder: list[Placed]) -> Edition:
    return folder[0].task.shown


def _keys(folder: list[Placed]) -> dict[str, str]:
    return {page.task.name: page.key for page in folder}


def _make_shown(night: Night, shown: Edition, keys: Mapping[str, str]) -> None:
    """Make those pages of a folder that are asked for, by name and key; in the other process."""
    tasks = reader_tasks(shown, _words(night), _sheets_of(night), Comparisons(night))
    _make_all(night.lake, [Placed(t, keys[t.name]) for t in tasks if t.name in keys])


def _make_all(lake: Lake, pages: Iterable[Placed]) -> None:
    for page in pages:
        home = _home(lake, page.key)
        shutil.rmtree(home, ignore_errors=True)
        _make(home, page.task)


@contextmanager
def _frozen() -> Iterator[None]:
    """What is there already stays there: the collector need not look at it for each page."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def is_whole(home: Path) -> bool:
    """Whether a kept page and its files are there, byte for byte as they were made.

    Publications are links to the same bytes, so somebody who edits a published page edits this one.
    """
    digests = _digests(home)
    return PAGE in digests and all(
        (home / name).is_file() and digest_of_file(home / name) == digest
        for name, digest in digests.items()
    )


def _digests(home: Path) -> dict[str, str]:
    """A kept page's files and their digests; empty where the list is not there or no such list.

    It was not made safe against a power cut, which may leave it empty or cut off.
    """
    try:
        digests = read_json(home / DIGESTS)
    except (OSError, json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return digests if isinstance(digests, dict) else {}


def link(lake: Lake, pages: Iterable[Placed], publication: Path) -> dict[str, str]:
    """Put kept pages and their files into a publication's folder, as links to the same bytes.

    The pages are whole, as `keep` leaves them. Path in the publication -> the SHA-256 with which
    the file was made.
    """
    linked: dict[str, str] = {}
    for page in pages:
        home = _home(lake, page.key)
        for name, digest in read_json(home / DIGESTS).items():
            place = Path(page.task.folder) / _published_name(page.task, name)
            _link(home / name, publication / place)
            linked[place.as_posix()] = digest
    return linked


def _published_name(task: PageTask, name: str) -> str:
    """A kept file's path in its reader's folder."""
    return task.name if name == PAGE else name.removeprefix(f"{FILES}/")


def link_static(lake: Lake, folders: Iterable[str], publication: Path) -> dict[str, str]:
    """Style sheets and scripts beside the pages of every reader's folder; as `link`."""
    linked: dict[str, str] = {}
    for name, source in static_files().items():
        digest = digest_of_file(source)
        kept = lake.work / "static" / digest[:16] / name
        if not kept.exists() or digest_of_file(kept) != digest:
            write_file(kept, source.read_bytes())
        for folder in folders:
            place = Path(folder) / "static" / name
            _link(kept, publication / place)
            linked[place.as_posix()] = digest
    return linked


def forget(lake: Lake, keep_keys: frozenset[str]) -> None:
    """Remove pages that no current publication shows; older publications keep their links."""
    for home in _store(lake).iterdir():
        if home.name not in keep_keys:
            shutil.rmtree(home)


def _store(lake: Lake) -> Path:
    return lake.work / "pages"


def _home(lake: Lake, key: str) -> Path:
    return _store(lake) / key


def _make(home: Path, task: PageTask) -> None:
    """Keep a page with its files and the digests of all of them, read-only."""
    content, files = task.make()
    every = {PAGE: content} | {f"{FILES}/{name}": file for name, file in files.items()}
    digests = {name: sha256(file).hexdigest() for name, file in every.items()}
    with folder_made(home, durable=False) as making:
        for name, file in every.items():
            place = making / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file)
            place.chmod(READ_ONLY)
        (making / DIGESTS).write_bytes(json_bytes(digests))


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        if source.read_bytes() != target.read_bytes():
            raise


def _sheets_of(night: Night) -> SheetRows:
    """Gives the text of the rows around a submission's problems; None where it was not kept."""

    def rows(submission: str) -> pl.DataFrame | None:
        path = night.lake.submissions / submission / SHEET
        return pl.read_parquet(path) if path.exists() else None

    return rows
