"""Pages on paper: A4, every chart drawn and whole, the matrix on a sheet of its own."""

from __future__ import annotations

import re
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from many_charts import many_charts
from pypdf import PdfReader

from pipelines.publish_command import browser, write_pdfs

pytestmark = pytest.mark.browser

# Points; a browser rounds millimetres.
A4 = (595, 842)
# CSS pixels between the margins of an upright A4 sheet.
SHEET = 703


def _printed(folder: Path, *pages: Path) -> dict[str, PdfReader]:
    """Pages, each with the static files beside it, as `safecare publish --pdf` prints them."""
    publication = folder / "publication" / "collaborative"
    publication.mkdir(parents=True)
    shutil.copytree(pages[0].parent / "static", publication / "static")
    for page in pages:
        shutil.copy(page, publication)
    told: list[tuple[int, int]] = []
    made = write_pdfs(
        publication.parent, folder / "pdf", browser(), lambda *so_far: told.append(so_far)
    )
    assert made == len(pages)
    assert told[-1] == (made, made)
    return {path.stem: PdfReader(path) for path in (folder / "pdf").rglob("*.pdf")}


@pytest.fixture(scope="module")
def printed(falls: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, PdfReader]:
    folder = falls / "collaborative"
    pages = (folder / "index.html", folder / "ws-falls.html", folder / "ws-falls.cy.html")
    return _printed(tmp_path_factory.mktemp("paper"), *pages)


def _sizes(pdf: PdfReader) -> list[tuple[int, int]]:
    return [(round(page.mediabox.width), round(page.mediabox.height)) for page in pdf.pages]


def _root(pdf: PdfReader) -> Any:
    return pdf.trailer["/Root"]


@pytest.mark.parametrize(
    ("name", "language"), [("index", "en"), ("ws-falls", "en"), ("ws-falls.cy", "cy")]
)
def test_a_pdf_is_tagged_and_knows_its_language(printed, name: str, language: str) -> None:
    root = _root(printed[name])
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == language


def test_the_matrix_has_a_sheet_of_its_own_on_its_side(printed) -> None:
    pdf = printed["index"]
    upright, across = A4, A4[::-1]
    assert _sizes(pdf)[:2] == [upright, across]
    assert set(_sizes(pdf)[2:]) == {upright}
    on_its_side = [page.extract_text() for page in pdf.pages][1]
    for name in ("Where the signals are", "All Wales", "Hywel Dda", "Velindre"):
        assert name in on_its_side
    assert sum("Where the signals are" in page.extract_text() for page in pdf.pages) == 1


@pytest.mark.parametrize(("name", "lower"), [("ws-falls", "lower"), ("ws-falls.cy", "isaf")])
def test_every_chart_is_drawn_on_paper(printed, falls: Path, name: str, lower: str) -> None:
    """The labels at the lines and the years below stand in the PDF, as often as on the page."""
    html = (falls / "collaborative" / f"{name}.html").read_text("utf-8")
    charts = html.count('data-figure="')
    assert charts == 30
    text = "\n".join(page.extract_text() for page in printed[name].pages)
    assert set(_sizes(printed[name])) == {A4}
    # The years of 36 months stand under every chart, with months between them under the large one.
    assert len(re.findall(r"2022\s+2023\s+2024", text)) >= charts - 1
    assert "(Link:" not in text
    assert lower in text


def test_the_heading_of_definitions_has_some_of_them_below_it(open_falls) -> None:
    """Wherever on a sheet it comes to stand."""
    page = open_falls("collaborative/ws-falls.html").page
    page.evaluate("document.querySelectorAll('main > :not(#definitions)').forEach(e => e.remove())")
    below = []
    for above in range(0, 750, 50):
        page.evaluate("above => { document.body.style.paddingTop = above + 'pt'; }", above)
        sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
        (found,) = (t for sheet in sheets if "Definitions\n" in (t := sheet.extract_text()))
        below.append("Falls per 1,000 occupied bed days" in found)
    assert below == [True] * 15


def test_funnels_are_as_wide_as_the_sheet(open_falls) -> None:
    """The picture has texts of 13 in a width of 1,000: below 700 they are small on paper."""
    page = open_falls("collaborative/ws-falls.html", SHEET).page
    page.emulate_media(media="print")
    funnels = page.locator(".funnel svg").all()
    wide = [funnel.evaluate("one => one.getBoundingClientRect().width") for funnel in funnels]
    assert wide == [700, 700]


def test_a_part_of_an_organisations_page_is_not_torn_on_paper(open_falls) -> None:
    page = open_falls("org/7A2/index.html", SHEET).page
    page.emulate_media(media="print")
    torn = page.evaluate(
        """() => {
          const all = what => [...document.querySelectorAll(what)];
          const whole = all('.own-strip > div, .own-strip li');
          const kept = all('main h2, main h3, main .sub, main .kick, main thead');
          return [whole.length, kept.length,
            whole.filter(one => getComputedStyle(one).breakInside !== 'avoid').length,
            kept.filter(one => getComputedStyle(one).breakAfter !== 'avoid').length];
        }"""
    )
    # One workstream with two key measures.
    assert torn[0] == 3
    assert torn[1] > 10
    assert torn[2:] == [0, 0]


def test_folded_figures_leave_no_heading_on_paper(open_falls) -> None:
    page = open_falls("org/7A2/index.html", SHEET).page
    heading = page.get_by_role("heading", name="All figures, by measure")
    assert heading.is_visible()
    page.emulate_media(media="print")
    assert heading.is_hidden()
    page.locator("details.units").first.evaluate("one => { one.open = true; }")
    assert heading.is_visible()
    assert page.locator("details.units:visible").count() == 1


def test_60_charts_need_at_most_12_sheets(tmp_path: Path) -> None:
    page = many_charts(tmp_path / "many", 60)
    (pdf,) = _printed(tmp_path, page).values()
    assert len(pdf.pages) <= 12


@pytest.mark.parametrize(
    "path",
    [
        "collaborative/index.html",
        "collaborative/ws-falls.html",
        "collaborative/ws-falls.cy.html",
        "collaborative/contract-falls.html",
        "collaborative/problems.html",
        "collaborative/definitions.html",
        "collaborative/q-2023-24-q4.html",
        "org/7A4/index.html",
        "stewards/7A4/index.html",
    ],
)
def test_nothing_is_wider_than_the_sheet(open_falls, path: str) -> None:
    """Or a browser makes the whole page smaller, or cuts it."""
    page = open_falls(path, SHEET).page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    wide = page.evaluate(
        """width => [...document.querySelectorAll('body *')].filter(
          one => !one.closest('svg, .vh, .wide') && one.getBoundingClientRect().right > width + 1
        ).map(one => one.outerHTML.slice(0, 80))""",
        SHEET,
    )
    assert wide == []
    # The library may come after the call; `publish --pdf` waits for it, as do people who print.
    every = page.locator(".plot[data-figure]").count()
    page.wait_for_function(
        "every => document.querySelectorAll('.plot.is-drawn').length === every", arg=every
    )


def _stewards_pages(falls: Path) -> list[Path]:
    """What waits, a list of files, and the pages of a refused and of a locked file."""
    own = falls / "stewards" / "7A3"
    banners = ("banner mend", "banner locked")
    files = [path for path in sorted(own.glob("submission-*.html")) if ".cy" not in path.name]
    found = [next(p for p in files if banner in p.read_text("utf-8")) for banner in banners]
    return [falls / "collaborative" / "queue.html", own / "index.html", *found]


def test_stewards_pages_are_large_enough_to_read_on_paper(falls: Path, open_file) -> None:
    """8 points at least, and nothing beside a table's text is larger than it."""
    for path in _stewards_pages(falls):
        page = open_file(path, SHEET).page
        page.emulate_media(media="print")
        small, large, wide = page.evaluate(
            """width => {
              const all = [...document.querySelectorAll('main *')].filter(one =>
                !one.closest('svg, .vh') && one.checkVisibility() &&
                [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
              const size = one => parseFloat(getComputedStyle(one).fontSize) * 0.75;
              const named = one => one.outerHTML.slice(0, 90);
              return [
                all.filter(one => size(one) < 7.99 && !one.closest('.inv')).map(named),
                all.filter(one => one.closest('td') && size(one) > size(one.closest('table')) + .01)
                  .map(named),
                all.filter(one => one.getBoundingClientRect().right > width + 1).map(named),
              ];
            }""",
            SHEET,
        )
        assert (small, large, wide) == ([], [], []), path.name


def test_no_table_of_a_stewards_page_is_torn_from_its_sentence(falls: Path, open_file) -> None:
    for path in _stewards_pages(falls):
        page = open_file(path, SHEET).page
        page.emulate_media(media="print")
        torn = page.evaluate(
            """() => {
              const style = one => getComputedStyle(one);
              const seen = one => one && one.checkVisibility() && !one.matches('.vh');
              return [...document.querySelectorAll('main table')].filter(seen).filter(table => {
                const before = table.previousElementSibling, rows = table.tBodies[0].rows;
                return (seen(before) && style(before).breakAfter !== 'avoid')
                  || style(table.tHead).breakAfter !== 'avoid'
                  || [...rows].some(row => style(row).breakInside !== 'avoid')
                  || (rows.length < 7 && style(table).breakInside !== 'avoid');
              }).map(table => table.outerHTML.slice(0, 90));
            }"""
        )
        assert torn == [], path.name


def test_paper_has_the_definitions_open_and_the_screen_as_it_was(open_falls) -> None:
    page = open_falls("collaborative/ws-falls.html").page
    page.locator("details.definition summary").first.click()
    opened = "document.querySelectorAll('details.definition[open]').length"
    assert page.evaluate(opened) == 1
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(opened) == 7
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(opened) == 1
