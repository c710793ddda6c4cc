"""`safecare publish`: count and publish again, and copies of its pages to print or to send.

Belongs here: the options, where a browser is, which pages are copied and where to. Does not belong
here: publishing (pipelines/nightly.py), what a page in one file is (reports/pages/single_file.py).
Copies lie outside of the publication: a browser writes the time into each PDF, so no two are equal,
and a publication is the same for the same inputs.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.nightly import Told

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
NO_BROWSER = (
    "No PDF can be made: there is no Chromium, Chrome or Edge on this machine. "
    "Name one in SAFECARE_BROWSER, or leave out --pdf and print the pages from any browser."
)
# What people print and send: landing page, workstreams, quarterly packs, organisations; not the
# stewards' pages, nor what is looked up.
COPIED = (
    "collaborative/index.*",
    "collaborative/ws-*.html",
    "collaborative/q-*.html",
    "org/*/index.*",
)
# A page takes a few seconds. Now and then a browser without a window never ends; the next one does.
SECONDS_A_TRY, TRIES = 60, 3
# A page is printed when it is loaded: #print has it wait for the library, and charts.js draws all
# charts before the browser prints.
PRINTING = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


class CopyError(Exception):
    """Copies cannot be made as asked; the message is one or two sentences."""


def browser() -> str:
    """The path of a browser that can print. Raises CopyError where there is none."""
    named = os.environ.get("SAFECARE_BROWSER")
    found = next(filter(None, map(shutil.which, (named,) if named else BROWSERS)), None)
    if found is None:
        raise CopyError(NO_BROWSER)
    return found


def check_folder(folder: Path, site: Path) -> None:
    """Raises CopyError for a place inside of the publications or that is a file."""
    if folder.resolve().is_relative_to(site.resolve()):
        raise CopyError(f"{folder} is among the publications; name a folder outside of {site}.")
    if folder.exists() and not folder.is_dir():
        raise CopyError(f"{folder} is not a folder.")


def pages_to_copy(publication: Path) -> list[str]:
    """Paths below a publication: landing pages, workstreams, organisations, in both languages."""
    found = (path for pattern in COPIED for path in publication.glob(pattern))
    return sorted(f"{path.relative_to(publication)}" for path in found)


def write_pdfs(
    publication: Path, folder: Path, program: str, told: Callable[[int, int], None]
) -> int:
    """Each page as an A4 PDF under the same path; how many. Raises CopyError at the first failure.

    `told` hears how many are done, of how many.
    """
    return _written(publication, folder, ".pdf", partial(_print, program), told)


def write_single_files(publication: Path, folder: Path, told: Callable[[int, int], None]) -> int:
    """Each page as one file with all it needs, under the same path; how many."""
    return _written(publication, folder, ".html", _join, told)


def _written(
    publication: Path,
    folder: Path,
    suffix: str,
    make: Callable[[Path, Path], None],
    told: Callable[[int, int], None],
) -> int:
    """Every copy is made beside its place and renamed, so that none is ever half there."""
    # The publication itself: `latest` may go on to the next one meanwhile.
    publication = publication.resolve()
    pages = pages_to_copy(publication)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        places = [(folder / page).with_suffix(suffix) for page in pages]
        copies = pool.map(partial(_one, make), (publication / page for page in pages), places)
        _tell_each(copies, len(pages), told)
    return len(pages)


def _tell_each(copies: Iterable[None], total: int, told: Callable[[int, int], None]) -> None:
    for done, _ in enumerate(copies, start=1):
        told(done, total)


def _one(make: Callable[[Path, Path], None], page: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        make(page, part)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _join(page: Path, place: Path) -> None:
    from reports.pages.single_file import single_file

    def read(path: str) -> bytes:
        return (page.parent / path).read_bytes()

    place.write_text(single_file(page.read_text("utf-8"), read), encoding="utf-8", newline="")


def _print(program: str, page: Path, place: Path) -> None:
    """One page in a browser of its own with a profile of its own, so that several can run."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *PRINTING, *_sandbox(), f"--user-data-dir={profile}"]
        command += [f"--print-to-pdf={place.resolve()}", f"{page.as_uri()}#print"]
        has_ended = any(_has_ended(command) for _ in range(TRIES))
    if not has_ended or not place.exists() or not place.read_bytes().startswith(b"%PDF"):
        raise CopyError(f"{program} made no PDF of {page.parent.name}/{page.name}.")


def _sandbox() -> tuple[str, ...]:
    """Chromium refuses its sandbox to root, as whom containers run; our own pages need none."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()


def _has_ended(command: Sequence[str]) -> bool:
    """Whether a program came to its end by itself; if not, it and all that it started is ended."""
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError as error:
        raise CopyError(f"{command[0]} cannot be started: {error.strerror}.") from error
    try:
        process.wait(SECONDS_A_TRY)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
    return True


@dataclass(frozen=True, slots=True)
class Copies:
    """What was asked for beside the publication: folders for copies of its pages, or None."""

    pdf: Path | None = None
    single_file: Path | None = None

    def check(self, lake: Path) -> None:
        """Refuse what cannot be made before anything is published. Raises CopyError."""
        for folder in filter(None, (self.pdf, self.single_file)):
            check_folder(folder, lake / "site")
        if self.pdf is not None:
            browser()

    def make(self, lake: Path, told: Told) -> Iterator[str]:
        """Make them; a line for each kind, for the terminal. Raises CopyError."""
        publication = lake / "site" / "latest"
        if self.pdf is not None:
            made = write_pdfs(publication, self.pdf, browser(), partial(told, "PDF"))
            yield f"{made} PDF files are in {self.pdf}."
        if self.single_file is not None:
            made = write_single_files(publication, self.single_file, partial(told, "One file"))
            yield f"{made} pages, each in one file, are in {self.single_file}."
