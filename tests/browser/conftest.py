"""A small publication of two years, opened from the disk in a real Chromium.

7A4's share rises in the last nine months, 7A7's stays as it is; both are known beforehand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

sys.path.insert(0, str(Path(__file__).parents[1] / "road"))

from made_up import Road, contracts_folder, csv_of, row

from assets.steps.result import Verdict

MONTHS = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
RISE = MONTHS[-9:]


def _rows(organisation: str) -> list[dict[str, object]]:
    """Shares vary by a few per cent around 70; in the months of the rise 7A4 has 90 and more."""
    found = []
    for place, month in enumerate(MONTHS):
        usual = 35 + (place * 5) % 7 - 3
        done = 46 if organisation == "7A4" and month in RISE else usual
        found += [row(organisation, ward, month, compliant=done) for ward in "AB"]
    return found


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    road = Road(folder / "lake", contracts_folder(folder / "contracts"))
    road.lake.mkdir()
    for organisation in ("7A4", "7A7"):
        road.put(f"{organisation}_hand-hygiene_202401-202512_v01.csv", csv_of(_rows(organisation)))
    assert road.night(date(2026, 1, 20)) is Verdict.GOOD
    return road.latest.resolve()


@dataclass
class Opened:
    """A page, with what it asked for and what it complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(publication: Path, chromium: Browser) -> Iterator[object]:
    """Opens a page of the publication by its path, at a width."""
    contexts = []

    def opened(path: str, width: int = 1280, javascript: bool = True) -> Opened:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript
        )
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("request", lambda request: _asked(found, request))
        found.page.on("console", lambda said: found.complaints.append(said.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.goto((publication / path).as_uri())
        return found

    yield opened
    for context in contexts:
        context.close()


def _asked(found: Opened, request: Request) -> None:
    found.requests.append(request.url)
