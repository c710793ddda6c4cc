"""axe-core on every template: both languages, wide, narrow and in forced colours, all unfolded."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from conftest import Opened
from made_up import Road
from typer.testing import CliRunner

from pipelines.cli import app

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# What axe found, and what it could not decide. Of the latter only the contrast of text in a drawing
# or in a part that scrolls is expected, whose ground it cannot see, and of single letters, which it
# takes for pictures; and the headings of groups of rows, whose cells it looks for in one column.
RUN = """async tags => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags},
    resultTypes: ['violations', 'incomplete'], preload: false, elementRef: true});
  const why = node => node.any.map(one => one.data && one.data.messageKey).join();
  const told = (rule, nodes) => nodes.map(
    node => `${rule.id} (${why(node)}): ${node.html.slice(0, 200)}`);
  const isExpected = (rule, node) => rule.id === 'color-contrast'
    ? node.element.closest('svg, .box, .scroll') || why(node) === 'shortTextContent'
    : rule.id === 'th-has-data-cells' && node.element.querySelector('[scope=rowgroup]');
  const undecided = found.incomplete.flatMap(
    rule => told(rule, rule.nodes.filter(node => !isExpected(rule, node))));
  return found.violations.flatMap(rule => told(rule, rule.nodes)).concat(undecided);
}"""
# All is unfolded and drawn. Of a long table a few rows stay, of the first grid and of the first
# columns two charts, of the others one: the rest has the same marks, and axe takes half a minute
# for 40 charts with all their months.
UNFOLD = """async () => {
  const cut = (parts, most) => [...parts].slice(most).forEach(one => one.remove());
  document.querySelectorAll('details').forEach(part => { part.open = true; });
  for (const kind of ['.grid', '.split'])
    document.querySelectorAll(kind).forEach((grid, place) => cut(grid.children, place ? 1 : 2));
  for (const plot of document.querySelectorAll('.plot[data-figure]')) {
    plot.scrollIntoView();
    while (!plot.querySelector('svg.main-svg')) await new Promise(requestAnimationFrame);
  }
  document.querySelectorAll('.box tbody').forEach(body => cut(body.rows, 3));
  document.querySelectorAll('.scroll tbody').forEach(body => cut(body.rows, 6));
}"""
MODES = (("wide", 1280, None), ("narrow", 320, None), ("forced colours", 1280, "active"))
# Charts are drawn anew a moment after the window has its new width.
REDRAWN = """() => [...document.querySelectorAll('.plot.is-drawn')].every(plot => {
  const svg = plot.querySelector('svg.main-svg');
  return svg && Math.abs(svg.getBoundingClientRect().width - plot.clientWidth) <= 1;
})"""
PAGES = {
    "landing": "collaborative/index",
    "workstream": "collaborative/ws-falls",
    "contract": "collaborative/contract-falls",
    "problems": "collaborative/problems",
    "queue": "collaborative/queue",
    "definitions": "collaborative/definitions",
    "pack": "collaborative/q-2023-24-q4",
    "organisation": "org/7A2/index",
    "organisation without a figure": "org/7A7/index",
    "steward": "stewards/7A3/index",
}
FILES = {
    "accepted": "7A3_falls_202401_v01.csv",
    "accepted_with_warnings": "7A1_falls_202312_v01.csv",
    "partly_accepted": "7A4_falls_202402_v02.xlsx",
    "refused": "7A3_falls_202401_v03.csv",
    "quarantined": "7A3_falls_202401_v02.csv",
}
SUFFIXES = {"en": ".html", "cy": ".cy.html"}
POINTS = "series,period,numerator,denominator\n" + "".join(
    f"{ward},{2022 + month // 12}-{month % 12 + 1:02},{5 + (month * 7 + place) % 5},1000\n"
    for place, ward in enumerate(("A", "B"))
    for month in range(24)
)
UNITS = "unit,numerator,denominator\na,24,1000\nb,10,1000\nc,1,1000\nd,5,1000\n"


def findings(found: Opened) -> dict[str, list[str]]:
    """What axe finds in each mode on a page that was opened at its narrowest.

    On the way: it fits, it asks for nothing from elsewhere, and it complains of nothing.
    """
    page = found.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.evaluate(UNFOLD)
    page.evaluate(AXE)
    told = {}
    for mode, width, forced in MODES:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(forced_colors=forced)
        page.wait_for_function(REDRAWN)
        told[mode] = page.evaluate(RUN, TAGS)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert {url.split(":")[0] for url in found.requests} <= {"file", "data", "blob"}
    assert found.complaints == []
    return told


NOTHING: dict[str, list[str]] = {mode: [] for mode, *_ in MODES}


@pytest.mark.parametrize("language", SUFFIXES)
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_has_no_violation(open_falls, path: str, language: str) -> None:
    found = open_falls(path + SUFFIXES[language], 320)
    assert found.page.locator("html").get_attribute("lang") == language
    assert findings(found) == NOTHING


@pytest.mark.parametrize("language", SUFFIXES)
def test_a_whole_organisation_has_no_violation(open_sample, language: str) -> None:
    """Betsi Cadwaladr has all four workstreams, days between rare events, and some too few."""
    found = open_sample(f"org/7A1/index{SUFFIXES[language]}", 320)
    page = found.page
    for workstream in ("falls", "pressure-ulcers", "sepsis", "deterioration"):
        assert page.locator(f"section#{workstream}").count() == 1
    charts = page.locator("[data-figure][id*='days'], [id*='-days'] [data-figure]")
    assert charts.count() > 0
    few = "Too few events for a chart" if language == "en" else "Rhy ychydig o ddigwyddiadau"
    assert page.get_by_text(few).count() > 0
    assert findings(found) == NOTHING


@pytest.mark.parametrize("language", SUFFIXES)
@pytest.mark.parametrize("outcome", FILES)
def test_a_page_of_a_submission_has_no_violation(
    open_falls, falls_road: Road, outcome: str, language: str
) -> None:
    receipt = falls_road.receipts()[FILES[outcome]]
    assert receipt["outcome"] == outcome
    name = f"submission-{receipt['submission']}{SUFFIXES[language]}"
    found = open_falls(f"stewards/{receipt['submitter']}/{name}", 320)
    assert findings(found) == NOTHING


@pytest.mark.parametrize("language", SUFFIXES)
@pytest.mark.parametrize(
    ("command", "table", "options"),
    [
        ("spc", POINTS, ("--chart", "u", "--multiplier", "1000")),
        ("funnel", UNITS, ("--kind", "rate", "--multiplier", "1000")),
    ],
    ids=["spc", "funnel"],
)
def test_a_page_of_a_file_of_ones_own_has_no_violation(
    open_file, tmp_path: Path, command: str, table: str, options: tuple[str, ...], language: str
) -> None:
    source, page = tmp_path / "own.csv", tmp_path / "page.html"
    source.write_text(table, encoding="utf-8")
    said = CliRunner().invoke(
        app, [command, f"{source}", *options, "--html", f"{page}", "--language", language]
    )
    assert said.exit_code == 0, said.output
    assert findings(open_file(page, 320)) == NOTHING


def test_axe_finds_what_is_wrong(open_falls) -> None:
    """The net has no hole: a picture without words and a pale text are told."""
    opened = open_falls("collaborative/index.html", 320)
    opened.page.evaluate(
        "document.querySelector('main').innerHTML ="
        ' \'<h1>One</h1><img src="data:,"><p style="color:#bbb">Pale</p>\''
    )
    found = json.dumps(findings(opened)["wide"])
    assert "image-alt" in found
    assert "color-contrast" in found
