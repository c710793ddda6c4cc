"""Everything on a page can be reached and used with the keyboard alone, and is seen to be."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# What can have the focus and is shown, in the order of the page.
REACHABLE = """() => {
  const found = [...document.querySelectorAll(
    'a[href], button, input, select, summary, [tabindex="0"]'
  )].filter(one => one.checkVisibility());
  found.forEach((one, place) => { one.dataset.place = place; });
  return found.length;
}"""
# The places of what gets the focus, one after the other, and whether a ring around it is seen.
WATCHED = """() => {
  window.walked = [];
  document.addEventListener('focusin', () => {
    const one = document.activeElement, look = getComputedStyle(one);
    const isSeen = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
    window.walked.push([one.dataset.place === undefined ? -1 : +one.dataset.place, isSeen]);
  });
}"""


def _walk(page: Page) -> tuple[list[int], list[bool]]:
    """Tab from the top to the end of the page: places in order, rings."""
    total = page.evaluate(REACHABLE)
    page.evaluate(WATCHED)
    for _ in range(total):
        page.keyboard.press("Tab")
    walked = page.evaluate("window.walked")
    return [place for place, _ in walked], [is_seen for _, is_seen in walked]


@pytest.mark.parametrize(
    "path",
    [
        "collaborative/index.html",
        "collaborative/ws-hand-hygiene.html",
        "org/7A4/index.html",
        "stewards/7A4/index.html",
        "collaborative/queue.html",
        "collaborative/definitions.html",
        "collaborative/q-2025-26-q3.html",
    ],
)
def test_tab_reaches_everything_in_order_with_a_ring(open_page, path: str) -> None:
    page = open_page(path).page
    total = page.evaluate(REACHABLE)
    places, rings = _walk(page)
    assert places == list(range(total))
    assert total > 5
    assert all(rings)


def test_a_chart_has_at_most_five_stops(open_page) -> None:
    page = open_page("collaborative/ws-hand-hygiene.html").page
    stops = page.evaluate(
        """() => [...document.querySelectorAll('.fig')].map(
          figure => [...figure.querySelectorAll('a[href], button, summary, [tabindex="0"]')].filter(
            one => one.checkVisibility()).length)"""
    )
    # The chart, its data table's switch, its file.
    assert stops == [3] * 7


def test_filters_and_sorting_work_by_key(open_page) -> None:
    page = open_page("collaborative/index.html").page
    page.get_by_role("button", name="Improvement").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#filter=imp$"))
    page.locator('[data-sort="hand-hygiene-done"]').focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("#filter=imp&sort=hand-hygiene-done$"))
    assert page.locator('th[aria-sort="ascending"]').count() == 1
    page.get_by_label("Find an organisation").focus()
    page.keyboard.type("powys")
    expect(page).to_have_url(re.compile("find=powys"))
    expect(page.get_by_role("status").first).to_have_text(re.compile("^0 "))


def test_the_skip_link_leads_past_the_masthead(open_page) -> None:
    page = open_page("collaborative/index.html").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_arrows_read_every_point_from_the_newest_to_the_oldest(open_page) -> None:
    page = open_page("org/7A4/index.html").page
    plot = page.locator(".plot[data-figure]").first
    plot.scroll_into_view_if_needed()
    plot.locator("svg.main-svg").first.wait_for()
    plot.focus()
    said = []
    for key in ("ArrowLeft", "ArrowLeft", "Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        status = plot.locator("xpath=following-sibling::p[1]").inner_text()
        said.append(status.partition(":")[0])
    months = ["December 2025", "November 2025", "January 2024", "February 2024", "December 2025"]
    assert said == months
