"""Pages without JavaScript, under their policy, and with their state in the address."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

LANDING = "collaborative/index.html"


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


@pytest.mark.parametrize(
    ("fragment", "names"),
    [
        ("filter=imp", ["All Wales", "Cardiff and Vale"]),
        ("find=pow", ["Powys"]),
        ("sort=hand-hygiene-done", ["All Wales", "Cardiff and Vale", "Powys"]),
        ("filter=con", []),
        ("workstream=hand_hygiene", ["All Wales", "Cardiff and Vale", "Powys"]),
    ],
)
def test_an_address_brings_back_filter_and_order(open_page, publication, fragment, names) -> None:
    page = open_page(LANDING).page
    page.goto(f"{(publication / LANDING).as_uri()}#{fragment}")
    page.reload()
    shown = page.locator("table.mx tbody tr:visible th").all_inner_texts()
    known = [name for name in shown if name in {"All Wales", "Cardiff and Vale", "Powys"}]
    assert [name for name in known if name in names] == names
    assert page.url.endswith(f"#{fragment}")
    if fragment.startswith(("filter", "find")):
        assert known == names


def test_the_other_language_has_the_same_filter(open_page) -> None:
    page = open_page(LANDING).page
    page.get_by_role("button", name="Improvement").click()
    page.get_by_role("link", name="Cymraeg").click()
    page.wait_for_load_state()
    assert page.url.endswith("index.cy.html#filter=imp")
    assert page.locator('[data-filter="imp"]').get_attribute("aria-pressed") == "true"
