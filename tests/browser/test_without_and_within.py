"""Pages without JavaScript, under their policy, and with their state in the address."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Opened
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LANDING = "collaborative/index.html"
# Rows of the matrix below All Wales, by name.
NAMES = (
    "Aneurin Bevan",
    "Betsi Cadwaladr",
    "Cardiff and Vale",
    "Cwm Taf Morgannwg",
    "Hywel Dda",
    "Powys",
    "Public Health Wales",
    "Swansea Bay",
    "Velindre",
    "Welsh Ambulance Service",
)
# The two that send hand hygiene, an improvement before common cause.
SENT = ("Cardiff and Vale", "Powys")


def test_scripts_that_are_not_ours_do_not_run(open_page) -> None:
    """The policy holds on a page from a folder: nothing inline, nothing evaluated or fetched."""
    found = open_page(LANDING)
    assert found.complaints == []
    ran = found.page.evaluate(
        """async () => {
          const script = document.createElement('script');
          script.textContent = 'window.ran = true';
          document.body.append(script);
          const refused = await fetch('static/report.css').then(() => false, () => true);
          return [window.ran === true, refused];
        }"""
    )
    assert ran == [False, True]
    assert any("script-src" in said for said in found.complaints)


def test_the_matrix_is_whole_without_javascript(open_page) -> None:
    page = open_page(LANDING, javascript=False).page
    cell = page.locator('tr[data-search*="cardiff"] td[data-column]').first
    assert "92.0%" in cell.inner_text()
    assert "Improvement" in cell.inner_text()
    assert cell.locator("svg").count() >= 2
    assert page.locator("#matrix-tools").is_hidden()


@pytest.mark.parametrize("path", ["org/7A4/index.html", "collaborative/ws-hand-hygiene.html"])
def test_every_figure_has_words_a_picture_and_a_table_without_javascript(open_page, path) -> None:
    page = open_page(path, javascript=False).page
    figures = page.locator("figure:has(.plot)")
    assert figures.count() >= 3
    for place in range(figures.count()):
        figure = figures.nth(place)
        assert figure.locator(".plot svg").is_visible()
        figure.locator("summary").click()
        assert figure.locator("table.data tbody tr").count() == 24
        assert "mean" in figure.locator(".plot").get_attribute("aria-label")


def _opened(open_page, publication: Path, fragment: str) -> Opened:
    """The overview as an address with a fragment opens it, with what it complains about."""
    found = open_page(LANDING)
    found.page.goto(f"{(publication / LANDING).as_uri()}#{fragment}")
    found.page.reload()
    return found


def _rows(page: Page) -> list[str]:
    return page.locator("table.mx tbody tr:visible th").all_inner_texts()


def _pressed(page: Page) -> list[str]:
    return page.locator("[data-filter][aria-pressed=true]").all_inner_texts()


@pytest.mark.parametrize(
    ("fragment", "names"),
    [
        ("filter=imp", ["All Wales", "Cardiff and Vale"]),
        ("find=pow", ["Powys"]),
        # Whoever has a figure comes before those who have none.
        ("sort=hand-hygiene-done", ["All Wales", *SENT, *(n for n in NAMES if n not in SENT)]),
        # All of it, and Wales with it, gives way to a sentence.
        ("filter=con", []),
        ("find=aneurin&filter=imp", []),
        ("sort=hand-hygiene-done&filter=imp&find=vale", ["Cardiff and Vale"]),
    ],
)
def test_an_address_brings_back_filter_and_order(open_page, publication, fragment, names) -> None:
    found = _opened(open_page, publication, fragment)
    assert _rows(found.page) == names
    assert found.page.url.endswith(f"#{fragment}")
    assert found.complaints == []


def test_an_address_brings_back_the_columns_of_a_workstream(open_sample, sample) -> None:
    page = _opened(open_sample, sample, "workstream=sepsis").page
    assert _rows(page) == ["All Wales", *NAMES]
    heads = page.locator("table.mx thead [data-workstream]")
    shown = [head.inner_text().split("\n")[0] for head in heads.all() if head.is_visible()]
    assert shown == ["Sepsis", "Screened for sepsis", "Sepsis Six within 1 hour"]
    # Seven of nine columns, and three of four names of workstreams.
    assert heads.count() - len(shown) == 7 + 3
    cells = page.locator("table.mx tbody td[data-column]")
    assert page.locator("table.mx tbody td[data-column]:visible").count() == cells.count() / 9 * 2
    assert page.locator("#workstream").input_value() == "sepsis"


@pytest.mark.parametrize(
    "fragment",
    [
        "find=50%",
        "find=%E0%A4%A",
        "100%",
        "sort=a%22b",
        "sort=nonsense",
        "workstream=nonsense",
        "filter=zzz",
        "filter=%&sort=%",
        "main",
    ],
)
def test_an_address_that_cannot_be_read_shows_all_and_filters_work(
    open_page, publication, fragment: str
) -> None:
    found = _opened(open_page, publication, fragment)
    page = found.page
    assert _rows(page) == ["All Wales", *NAMES]
    assert _pressed(page) == ["All"]
    assert page.locator("#find").input_value() == page.locator("#workstream").input_value() == ""
    page.get_by_role("button", name="Improvement").click()
    assert _rows(page) == ["All Wales", "Cardiff and Vale"]
    assert _pressed(page) == ["Improvement"]
    assert page.url.endswith("index.html#filter=imp")
    assert found.complaints == []


def test_what_can_be_read_of_an_address_holds(open_page, publication) -> None:
    page = _opened(open_page, publication, "filter=imp&sort=nonsense&find=50%").page
    assert _rows(page) == ["All Wales", "Cardiff and Vale"]
    assert _pressed(page) == ["Improvement"]


@pytest.mark.parametrize(
    ("path", "fragment", "cells", "told"),
    [
        (LANDING, "filter=imp", 2, "2 cells in 2 of 11 rows"),
        (LANDING, "filter=imp&find=vale", 1, "1 cell in 1 of 11 rows"),
        (LANDING, "filter=con", 0, "0 cells in 0 of 11 rows"),
        (LANDING, "find=vale", 0, "1 of 11 rows"),
        (LANDING.replace(".html", ".cy.html"), "filter=imp", 2, "celloedd: 2; rhesi: 2 o 11"),
    ],
)
def test_what_answers_to_a_filter_is_told_in_words(
    open_page, publication, path: str, fragment: str, cells: int, told: str
) -> None:
    page = open_page(path).page
    page.goto(f"{(publication / path).as_uri()}#{fragment}")
    page.reload()
    assert page.locator(".count").inner_text() == told
    if "filter" in fragment:
        assert page.locator("td[data-kinds]:visible:not(.dim)").count() == cells
    assert page.locator(".nobody").is_visible() is (told[0] == "0")
    assert page.locator("table.mx").is_visible() is (told[0] != "0")


def test_wales_stays_on_top_of_a_filter_that_it_does_not_answer_to(open_falls, falls) -> None:
    """Falls are a concern at Hywel Dda alone; its other cell and both of Wales are grey."""
    page = _opened(open_falls, falls, "filter=con").page
    assert _rows(page) == ["All Wales", "Hywel Dda"]
    grey = page.locator("table.mx tbody tr:visible td.dim")
    assert [cell.get_attribute("data-column") for cell in grey.all()] == [
        "falls-rate",
        "risk-assessed",
        "risk-assessed",
    ]
    assert page.locator(".count").inner_text() == "1 cell in 1 of 11 rows"
    page.locator("#find").fill("powys")
    assert _rows(page) == []
    assert page.locator(".nobody").is_visible()


def test_back_to_the_address_without_a_filter_shows_all(open_page) -> None:
    page = open_page(LANDING).page
    page.evaluate("location.hash = 'filter=imp&find=vale'")
    page.wait_for_function("document.querySelectorAll('.mx tbody tr[hidden]').length")
    page.go_back()
    page.wait_for_function("!document.querySelectorAll('.mx tbody tr[hidden]').length")
    assert _rows(page) == ["All Wales", *NAMES]
    assert _pressed(page) == ["All"]
    assert page.locator("#find").input_value() == ""


def test_a_place_on_the_page_leaves_the_filter_and_the_language_link_keeps_it(open_page) -> None:
    page = open_page(LANDING).page
    page.get_by_role("button", name="Improvement").click()
    page.locator("#find").fill("vale")
    page.locator("a.skip").evaluate("link => link.click()")
    page.wait_for_timeout(100)
    assert page.url.endswith("#main")
    assert _rows(page) == ["Cardiff and Vale"]
    assert _pressed(page) == ["Improvement"]
    page.get_by_role("link", name="Cymraeg").click()
    page.wait_for_load_state()
    assert page.url.endswith("index.cy.html#find=vale&filter=imp")
    assert page.locator("table.mx tbody tr:visible").count() == 1
    assert page.locator("#find").input_value() == "vale"


def test_the_other_language_has_the_same_filter(open_page) -> None:
    page = open_page(LANDING).page
    page.get_by_role("button", name="Improvement").click()
    page.get_by_role("link", name="Cymraeg").click()
    page.wait_for_load_state()
    assert page.url.endswith("index.cy.html#filter=imp")
    assert page.locator('[data-filter="imp"]').get_attribute("aria-pressed") == "true"
