"""Pictures of the main pages, wide and narrow, kept in build/screenshots/ for reviewers."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up import Road

pytestmark = pytest.mark.browser

WIDTHS = (1280, 320)
PAGES = {
    "landing": "collaborative/index.html",
    "landing-cy": "collaborative/index.cy.html",
    "workstream": "collaborative/ws-falls.html",
    "organisation": "org/7A2/index.html",
    "steward": "stewards/7A4/index.html",
    "contract": "collaborative/contract-falls.html",
    "queue": "collaborative/queue.html",
    "queue-cy": "collaborative/queue.cy.html",
    "definitions": "collaborative/definitions.html",
    "pack": "collaborative/q-2023-24-q4.html",
}


@pytest.fixture
def paths(falls_road: Road) -> dict[str, str]:
    refused = falls_road.receipts()["7A3_falls_202401_v03.csv"]["submission"]
    return PAGES | {"submission": f"stewards/7A3/submission-{refused}.html"}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [*PAGES, "submission"])
def test_a_picture_is_kept(
    open_falls, paths: dict[str, str], screenshots: Path, name: str, width: int
) -> None:
    page = open_falls(paths[name], width).page
    # All charts are drawn, as if the reader had scrolled past them.
    for place in range(page.locator(".plot[data-figure]").count()):
        plot = page.locator(".plot[data-figure]").nth(place)
        plot.scroll_into_view_if_needed()
        plot.locator("svg.main-svg").first.wait_for()
    picture = screenshots / f"{name}-{width}.png"
    made = page.screenshot(path=picture, full_page=True)
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(made[16:20], "big") == width
    assert picture.read_bytes() == made
