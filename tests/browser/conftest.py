"""Two small publications and the whole sample, opened from the disk in a real Chromium.

`publication`: two years of hand hygiene. 7A4's share rises in the last nine months, 7A7's stays as
it is; both are known beforehand. `falls`: the sample's falls, whose story pipelines/sample/STORY.md
tells, with one file that is refused and one that is locked away. `sample`: all of it, for what only
several workstreams have. Screenshots of the main pages are
kept in build/screenshots/.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

sys.path.insert(0, str(Path(__file__).parents[1] / "road"))

from made_up import PROJECT, Road, contracts_folder, csv_of, row

from assets.steps.result import Verdict
from pipelines.sample.write import TODAY, write_sample

MONTHS = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
RISE = MONTHS[-9:]
SCREENSHOTS = PROJECT / "build" / "screenshots"
# A number of the range 999, which is kept for tests and given to nobody.
PATIENT = "999 000 0018"
# A note with all that Markdown has, and with what pages may not have.
NOTE = """---
role: Programme lead
team: Safe Care
date: 2024-04-15
---
### Two wards moved

They count with [their new site](https://example.test/moved), *not* **with both**:

- beds first
- staff after
   1. nights
   2. days

# What comes next

> Ask the board.

![a picture](https://example.test/picture.png) <script>alert(1)</script> `code`

    a line of code that is longer than a telephone is wide, and then some more of it

A_word_that_is_longer_than_a_telephone_is_wide_and_cannot_be_broken_at_a_blank
***
#
"""
# One that leaves the overview's matrix on the second sheet.
SHORT = f"{NOTE.partition('They count')[0]}<script>alert(1)</script>\n# What comes next\nA wait.\n"
NOTED = ("index.en.md", "ws-falls.en.md", "ws-falls.cy.md", "org-7A2.cy.md")


def _rows(organisation: str) -> list[dict[str, object]]:
    """Shares vary by a few per cent around 70; in the months of the rise 7A4 has 90 and more."""
    found = []
    for place, month in enumerate(MONTHS):
        usual = 35 + (place * 5) % 7 - 3
        done = 46 if organisation == "7A4" and month in RISE else usual
        found += [row(organisation, ward, month, compliant=done) for ward in "AB"]
    return found


def _made_once(paths: pytest.TempPathFactory, name: str, make: Callable[[Road], None]) -> Road:
    """A lake that the first of the processes that run tests makes, and the others wait for."""
    root = paths.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder = root / name
    road = Road(folder / "lake", folder / "contracts")
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            road.lake.mkdir(parents=True)
            make(road)
    return road


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made_once(tmp_path_factory, "browser", _hand_hygiene).latest.resolve()


def _hand_hygiene(road: Road) -> None:
    contracts_folder(road.contracts)
    for organisation in ("7A4", "7A7"):
        road.put(f"{organisation}_hand-hygiene_202401-202512_v01.csv", csv_of(_rows(organisation)))
    write_notes(road, "q-2025-26-q3.en.md")
    assert road.night(date(2026, 1, 20)) is Verdict.GOOD


def write_notes(road: Road, *names: str) -> None:
    """Notes beside pages, before the night that shows them."""
    folder = road.lake / "notes"
    folder.mkdir()
    for name in names:
        text = SHORT if name.startswith("index") else NOTE
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def falls_road(tmp_path_factory: pytest.TempPathFactory) -> Road:
    """The lake after a night with the sample's falls and changes, and nothing else of it."""
    return _made_once(tmp_path_factory, "falls", _falls)


def _falls(road: Road) -> None:
    contracts = road.contracts
    shutil.copytree(PROJECT / "data_contracts" / "translations", contracts / "translations")
    for name in ("falls", "changes"):
        shutil.copy(PROJECT / "data_contracts" / f"{name}.odcs.yaml", contracts)
    write_sample(road.lake)
    for path in (road.lake / "inbox").glob("*/*"):
        if not ({"falls", "falls-events", "changes"} & set(path.stem.split("_"))):
            path.unlink()
    sent = (road.lake / "inbox" / "7A3" / "7A3_falls_202401_v01.csv").read_text("utf-8")
    for name, was, becomes in (
        ("7A3_falls_202401_v03.csv", "falls_total", "falls_altogether"),
        ("7A3_falls_202401_v02.csv", "Acute medicine", f"Acute medicine {PATIENT}"),
    ):
        assert was in sent
        road.put(name, sent.replace(was, becomes, 1).encode())
    write_notes(road, *NOTED)
    assert road.night(TODAY) is Verdict.NEEDS_STEWARD


@pytest.fixture(scope="session")
def falls(falls_road: Road) -> Path:
    return falls_road.latest.resolve()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication of the whole sample, as `make run` makes it."""
    return _made_once(tmp_path_factory, "sample", _sample).latest.resolve()


def _sample(road: Road) -> None:
    """In processes of its own: no night can run beside a started Playwright."""
    command = [sys.executable, "-m", "pipelines.cli"]
    day = {"SAFECARE_TODAY": f"{TODAY}"}
    road.lake.rmdir()
    subprocess.run([*command, "sample", f"{road.lake}"], check=True)
    night = subprocess.run(
        [*command, "run", "--lake", f"{road.lake}"], env=os.environ | day, check=False
    )
    # 1: something needs a steward, which is what the sample is for.
    assert night.returncode == 1


@dataclass
class Opened:
    """A page, with what it asked for and what it complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


Opener = Callable[..., Opened]


@pytest.fixture
def open_file(publication: Path, falls: Path, chromium: Browser) -> Iterator[Opener]:
    """Opens a file in a browser's context of its own, at a width.

    Nights come first: none can run beside a started Playwright, as both have an event loop.
    """
    contexts = []

    def opened(path: Path, width: int = 1280, javascript: bool = True) -> Opened:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript
        )
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("request", lambda request: _asked(found, request))
        found.page.on("console", lambda said: found.complaints.append(said.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.goto(path.as_uri())
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(publication: Path, open_file: Opener) -> Opener:
    """Opens a page of the publication by its path, at a width."""
    return lambda path, *args, **options: open_file(publication / path, *args, **options)


@pytest.fixture
def open_falls(falls: Path, open_file: Opener) -> Opener:
    """Opens a page of the publication about falls by its path, at a width."""
    return lambda path, *args, **options: open_file(falls / path, *args, **options)


@pytest.fixture
def open_sample(sample: Path, open_file: Opener) -> Opener:
    """Opens a page of the whole sample by its path, at a width."""
    return lambda path, *args, **options: open_file(sample / path, *args, **options)


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of pages are kept, for whoever looks at them after the tests."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS


def _asked(found: Opened, request: Request) -> None:
    found.requests.append(request.url)
