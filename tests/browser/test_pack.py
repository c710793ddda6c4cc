"""The quarterly pack on paper: two sheets of A4 for each workstream, in both languages."""

from __future__ import annotations

import io

import pytest
from conftest import Opener
from pypdf import PdfReader

pytestmark = pytest.mark.browser

PACKS = {"en": "q-2023-24-q4.html", "cy": "q-2023-24-q4.cy.html"}
# A4 in points, to the nearest whole one.
A4 = (595, 842)


@pytest.mark.parametrize("language", PACKS)
def test_a_workstream_takes_two_sheets(open_falls: Opener, language: str) -> None:
    opened = open_falls(f"collaborative/{PACKS[language]}")
    opened.page.locator(".plot.is-drawn").first.wait_for()
    printed = opened.page.pdf(prefer_css_page_size=True, print_background=True)
    reader = PdfReader(io.BytesIO(printed))
    assert [tuple(map(round, page.mediabox[2:])) for page in reader.pages] == [A4, A4]
    first, second = (page.extract_text() for page in reader.pages)
    # The first sheet has the chart's end labels, the second the table; both say what they are.
    assert {"en": "6.68 mean", "cy": "6.68 cymedr"}[language] in first
    assert {"en": "Hywel Dda", "cy": "Hywel Dda"}[language] in second
    strong = {"en": "Management information", "cy": "Gwybodaeth reoli"}[language]
    assert (strong in first, strong in second) == (True, True)
    assert opened.complaints == []


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", ["q-2023-24-q4.html", "definitions.html", "definitions.cy.html"])
def test_nothing_sticks_out_sideways(open_falls: Opener, name: str, width: int) -> None:
    page = open_falls(f"collaborative/{name}", width).page
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_sheets_are_readable_without_scripts(open_falls: Opener) -> None:
    page = open_falls("collaborative/q-2023-24-q4.html", javascript=False).page
    assert page.locator(".a4").count() == 2
    assert page.locator(".a4 .alt").first.inner_text().startswith("March 2024: ")
