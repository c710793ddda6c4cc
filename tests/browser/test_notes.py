"""Notes beside the narrative in a real browser: whole on a telephone and on paper, axe-clean.

The pages of falls that test_accessibility.py looks at have notes as well (conftest.NOTED).
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from conftest import Opener
from pypdf import PdfReader
from test_accessibility import NOTHING, findings

pytestmark = pytest.mark.browser

PACK = "collaborative/q-2025-26-q3"
PAGES = ("collaborative/index", "collaborative/ws-falls", "org/7A2/index")
SUFFIXES = {"en": ".html", "cy": ".cy.html"}


@pytest.mark.parametrize("language", SUFFIXES)
def test_a_pack_with_a_note_has_no_violation(open_page: Opener, language: str) -> None:
    found = open_page(PACK + SUFFIXES[language], 320)
    assert found.page.locator(".note-text").get_attribute("lang") == "en"
    assert findings(found) == NOTHING


def test_a_pack_s_note_is_printed_on_a_sheet_before_the_others(open_page: Opener) -> None:
    printed = open_page(f"{PACK}.html").page.pdf(prefer_css_page_size=True)
    first, second, third = (p.extract_text() for p in PdfReader(io.BytesIO(printed)).pages)
    assert "They count with their new site (https://example.test/moved), not with both:" in first
    assert "Management information" in first
    assert "1 of 2" in second
    assert "2 of 2" in third


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", SUFFIXES)
@pytest.mark.parametrize("path", PAGES)
def test_a_note_is_whole_and_harmless(
    open_falls: Opener, path: str, language: str, width: int
) -> None:
    found = open_falls(path + SUFFIXES[language], width)
    note = found.page.locator(".note")
    assert note.locator("h3").all_inner_texts() == ["Two wards moved", "What comes next"]
    assert note.locator("a, img, script, [id]:not(#note-title)").count() == 0
    assert "<script>alert(1)</script>" in note.inner_text()
    assert found.page.evaluate("document.documentElement.scrollWidth") == width
    box = note.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    assert all(url.startswith("file:") for url in found.requests)
    assert found.complaints == []


@pytest.mark.parametrize("width", [1280, 320])
def test_a_picture_of_a_note_is_kept(open_falls: Opener, screenshots: Path, width: int) -> None:
    for path in ("collaborative/ws-falls.html", "org/7A2/index.html"):
        page = open_falls(path, width).page
        picture = screenshots / f"note-{path.partition('/')[0]}-{width}.png"
        page.locator(".note").screenshot(path=picture)
        assert picture.stat().st_size > 0
