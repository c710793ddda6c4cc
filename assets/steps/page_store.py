"""Pages that were made once and are only linked afterwards.

Belongs here: the key under which a page is kept, keeping it whole, linking it into a publication.
Does not belong here: what a page shows (reports/pages), which publication there is (publish.py).

A page's key is a digest of all it shows and of the code and words that make it: equal keys are
equal bytes, so a page that has not changed is not made again and not even copied.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from assets.steps.lake import Lake, digest_of, folder_made
from assets.steps.night import Night
from assets.steps.submissions import SHEET
from data_contracts.contract import Contract
from reports.edition import Edition
from reports.pages.site import (
    PageTask,
    landing_tasks,
    page_tasks,
    static_files,
    workstream_tasks,
)
from reports.words import LANGUAGES, Words

PAGE, FILES = "page.html", "files"


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
    tasks = page_tasks(
        edition, _words(night), lambda submission: _sheet_rows(night.lake, submission)
    )
    return _placed(night, tasks)


def placed_landing(night: Night, edition: Edition) -> list[Placed]:
    """The landing page alone, in each language."""
    return _placed(night, landing_tasks(edition, _words(night)))


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


def keep(lake: Lake, pages: Iterable[Placed], tell: Callable[[int], None] | None = None) -> int:
    """Make the pages that the store does not have; how many were made."""
    made = 0
    for number, page in enumerate(pages, start=1):
        home = _home(lake, page.key)
        if not home.exists():
            _make(home, page.task)
            made += 1
        if tell:
            tell(number)
    return made


def link(lake: Lake, pages: Iterable[Placed], publication: Path) -> None:
    """Put kept pages and their files into a publication's folder, as links to the same bytes."""
    for page in pages:
        home = _home(lake, page.key)
        folder = publication / page.task.folder
        _link(home / PAGE, folder / page.task.name)
        for file in sorted((home / FILES).rglob("*")):
            if file.is_file():
                _link(file, folder / file.relative_to(home / FILES))


def link_static(lake: Lake, folders: Iterable[str], publication: Path) -> None:
    """Style sheets and scripts beside the pages of every reader's folder."""
    for name, source in static_files().items():
        kept = lake.work / "static" / digest_of(name, source.stat().st_size)[:16] / name
        if not kept.exists() or kept.read_bytes() != source.read_bytes():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, kept.with_suffix(".making"))
            kept.with_suffix(".making").replace(kept)
        for folder in folders:
            _link(kept, publication / folder / "static" / name)


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
    home.parent.mkdir(parents=True, exist_ok=True)
    content, files = task.make()
    with folder_made(home) as making:
        (making / PAGE).write_bytes(content)
        _write(making / FILES, files)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        if source.read_bytes() != target.read_bytes():
            raise


def _sheet_rows(lake: Lake, submission: str) -> pl.DataFrame | None:
    """The text of the rows around a submission's problems; None where it was not kept."""
    path = lake.submissions / submission / SHEET
    return pl.read_parquet(path) if path.exists() else None
