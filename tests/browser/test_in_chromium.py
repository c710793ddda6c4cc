"""Pages as a reader has them: from a folder, in Chromium, with and without JavaScript."""

import json
import re

import pytest

from reports.figures.packing import unpacked
from reports.figures.sizes import Size

pytestmark = pytest.mark.browser

PAGES = (
    "collaborative/index.html",
    "collaborative/index.cy.html",
    "collaborative/ws-hand-hygiene.html",
    "collaborative/ws-hand-hygiene.cy.html",
    "org/7A4/index.html",
    "org/7A4/index.cy.html",
    "stewards/7A4/index.html",
    "stewards/7A4/index.cy.html",
)
WORKSTREAM = "collaborative/ws-hand-hygiene.html"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_asks_for_nothing_from_elsewhere_and_fits(open_page, path, width):
    found = open_page(path, width)
    found.page.wait_for_load_state("networkidle")
    assert found.complaints == []
    assert {url.split(":")[0] for url in found.requests} <= {"file", "data", "blob"}
    wide = found.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    assert found.page.locator("h1").count() == 1


def test_every_chart_is_drawn_and_has_no_cloud_button(open_page):
    page = open_page(WORKSTREAM).page
    plots = page.locator(".plot[data-figure]")
    assert plots.count() == 7  # three measures for Wales, two key measures for two boards
    for place in range(plots.count()):
        plots.nth(place).scroll_into_view_if_needed()
        plots.nth(place).locator("svg.main-svg").first.wait_for()
    assert page.locator(".modebar").count() == 0
    assert "Share" not in page.locator("body").inner_text()


def test_figures_are_unpacked_as_they_were_packed(open_falls, falls):
    """By the page's script and by the engine's own way back, for every chart of two pages."""
    for path in ("collaborative/ws-falls.html", "org/7A2/index.html"):
        html = (falls / path).read_text("utf-8")
        found = re.findall(r'data-size="(\w+)"[^>]* data-figure="([^"]+)"', html)
        stored = dict(re.findall(r'json" id="(figure-[^"]+)">(.*?)</script>', html))
        page = open_falls(path).page
        page.wait_for_function("() => window.Plotly")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        drawn = page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('.plot[data-figure]')].map(
              plot => { plot.figure.data.forEach(trace => delete trace.text);
                return [plot.dataset.figure, plot.figure]; }))"""
        )
        assert len(found) == len(drawn) >= 10
        for size, name in found:
            assert drawn[name] == unpacked(json.loads(stored[name]), Size(size)), name


def test_the_rise_is_told_as_an_improvement(open_page):
    page = open_page("collaborative/index.html").page
    cell = page.locator('tr[data-search*="cardiff"] td[data-column]').first
    assert "92.0%" in cell.inner_text()
    assert "Improvement" in cell.inner_text()
    other = page.locator('tr[data-search*="powys"] td[data-column]').first
    assert "Improvement" not in other.inner_text()


def test_a_filter_hides_rows_and_stays_in_the_address(open_page):
    page = open_page("collaborative/index.html").page
    page.get_by_role("button", name="Improvement").click()
    assert "filter=imp" in page.url
    shown = page.locator("table.mx tbody tr:visible th")
    names = shown.all_inner_texts()
    assert any("Cardiff" in name for name in names)
    assert not any("Powys" in name for name in names)


def test_the_matrix_leads_to_the_chart(open_page):
    page = open_page("collaborative/index.html").page
    page.locator('tr[data-search*="cardiff"] td[data-column] a').first.click()
    page.wait_for_load_state()
    assert page.url.endswith("ws-hand-hygiene.html#7A4-hand-hygiene-done")
    assert page.locator("[id='7A4-hand-hygiene-done']").is_visible()


def test_the_language_link_keeps_the_place(open_page):
    page = open_page(f"{WORKSTREAM}").page
    page.evaluate("location.hash = 'definitions'")
    page.get_by_role("link", name="Cymraeg").click()
    page.wait_for_load_state()
    assert page.url.endswith("ws-hand-hygiene.cy.html#definitions")
    assert page.locator("html").get_attribute("lang") == "cy"


def test_points_are_read_with_arrow_keys(open_page):
    page = open_page(WORKSTREAM).page
    plot = page.locator(".plot[data-figure]").first
    plot.scroll_into_view_if_needed()
    plot.locator("svg.main-svg").first.wait_for()
    plot.focus()
    page.keyboard.press("ArrowLeft")
    said = page.locator(".plot-status").first.inner_text()
    assert re.search(r"20(24|25)", said)


def test_without_javascript_there_are_words_tables_and_small_charts(open_page):
    page = open_page(WORKSTREAM, javascript=False).page
    assert page.locator("noscript svg, .plot svg").count() >= 7
    assert page.locator("table.data").count() >= 7
    assert "mean" in page.locator("p.alt").first.inner_text()


def test_charts_are_drawn_outside_of_the_page_and_put_in(open_page):
    """In the page plotly has all of it laid out anew for each chart."""
    page = open_page(WORKSTREAM).page
    page.wait_for_function("() => window.Plotly")
    were_in_page = page.evaluate(
        """() => { const found = [], newPlot = Plotly.newPlot;
          Plotly.newPlot = (...all) => { found.push(all[0].isConnected); return newPlot(...all); };
          window.dispatchEvent(new Event('beforeprint'));
          return found; }"""
    )
    assert were_in_page == [False] * 7
    pictures = "[...document.querySelectorAll('.plot')].map(plot => plot.children.length)"
    assert page.evaluate(pictures) == [1] * 7


def test_the_element_plotly_looks_for_leaves_addresses_as_they_are(open_page):
    page = open_page(WORKSTREAM).page
    page.locator(".plot.is-drawn svg.main-svg").first.wait_for()
    assert page.locator("base").count() == 1
    assert page.evaluate("document.baseURI") == page.url
    page.evaluate("location.hash = ''")
    page.locator("a[href='#main']").evaluate("link => link.click()")
    assert page.url.endswith("ws-hand-hygiene.html#main")


def test_ids_of_charts_are_their_own_even_where_chance_has_two_alike(open_page):
    """Plotly takes ids by chance; here chance says each of them four times."""
    page = open_page(WORKSTREAM).page
    page.wait_for_function("() => window.Plotly")
    ids = page.evaluate(
        """() => { let asked = 0; Math.random = () => Math.floor(asked++ / 24) % 16 / 16;
          window.dispatchEvent(new Event('beforeprint'));
          return [...document.querySelectorAll('.plot [id]')].map(one => one.id); }"""
    )
    assert len(ids) >= 7 * 3
    assert len(set(ids)) == len(ids)
    assert page.evaluate("Object.hasOwn(document, 'querySelectorAll')") is False


def test_a_chart_that_fails_takes_no_other_with_it(open_page):
    """The second of seven has no figure; its words and its table are there all the same."""
    opened = open_page(WORKSTREAM)
    page = opened.page
    page.wait_for_function("() => document.querySelectorAll('.plot.is-drawn').length === 7")
    page.evaluate(
        """() => { const newPlot = Plotly.newPlot; let made = 0;
          document.querySelectorAll('.plot').forEach(plot => plot.classList.remove('is-drawn'));
          Plotly.newPlot = (...all) => { if (++made === 2) throw new Error('no figure');
            return newPlot(...all); }; }"""
    )
    page.set_viewport_size({"width": 800, "height": 900})
    page.wait_for_function("() => document.querySelectorAll('.plot.is-drawn').length === 6")
    page.wait_for_timeout(300)
    assert page.locator(".plot.is-drawn").count() == 6
    assert opened.complaints == ["no figure"]


ALL_ARE_AS_WIDE_AS_THEIR_PLACE = """() => [...document.querySelectorAll('.plot')].every(plot => {
  const svg = plot.querySelector('svg.main-svg');
  return svg && svg.clientWidth === plot.clientWidth; })"""


def test_charts_out_of_view_are_there_before_anybody_scrolls(open_page):
    page = open_page(WORKSTREAM).page
    page.wait_for_function("() => document.querySelectorAll('.plot.is-drawn').length === 7")
    assert page.evaluate("scrollY") == 0
    assert page.evaluate(ALL_ARE_AS_WIDE_AS_THEIR_PLACE)


def test_in_a_window_of_another_width_charts_in_view_are_drawn_first(open_falls):
    page = open_falls("collaborative/ws-falls.html").page
    page.wait_for_function("() => document.querySelectorAll('.plot.is-drawn').length === 30")
    page.locator(".plot").last.scroll_into_view_if_needed()
    page.evaluate(
        """() => { const newPlot = Plotly.newPlot; window.made = [];
          Plotly.newPlot = (...all) => { made.push(all[0]); return newPlot(...all); }; }"""
    )
    page.set_viewport_size({"width": 800, "height": 900})
    page.wait_for_function("() => made.length === 30")
    page.wait_for_function(ALL_ARE_AS_WIDE_AS_THEIR_PLACE)
    order = page.evaluate(
        "[...document.querySelectorAll('.plot')].map(plot => made.indexOf(plot.picture))"
    )
    assert sorted(order) == list(range(30))
    assert order[29] < order[0] < order[1]
    page.set_viewport_size({"width": 800, "height": 700})
    page.wait_for_timeout(500)
    assert page.evaluate("made.length") == 30


def test_the_scale_of_its_own_reaches_charts_in_and_out_of_view(open_falls):
    page = open_falls("collaborative/ws-falls.html").page
    page.wait_for_function("() => document.querySelectorAll('.plot.is-drawn').length === 30")
    small = "[...document.querySelectorAll('.plot[data-size=small]')].filter(one => one.figure.own)"
    ranges = f"{small}.map(one => one.picture.layout.yaxis.range)"
    shared = page.evaluate(ranges)
    own = page.evaluate(f"{small}.map(one => one.figure.own.yaxis.range)")
    assert len(own) >= 10
    assert all(one != other for one, other in zip(own, shared, strict=True))
    for group in page.locator(".scale-choice").all():
        group.locator("button[data-scale=own]").click()
    page.wait_for_function(f"own => JSON.stringify({ranges}) === JSON.stringify(own)", arg=own)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("collaborative/ws-falls.html", "Own scale, not that of the others"),
        ("collaborative/ws-falls.cy.html", "Graddfa ei hun, nid un y lleill"),
    ],
)
def test_whose_scale_is_apart_is_told_and_no_choice_is_offered_without_one(open_falls, path, told):
    """Velindre and Powys are small: wide ranges would flatten the others' rates.

    Of risks assessed Velindre's range is the widest that all share, so that it is not apart.
    """
    page = open_falls(path).page
    sections = page.locator("section:has(.grid)")
    ids = [one.get_attribute("id") for one in sections.all()]
    organisations = ["organisations-falls-rate", "organisations-risk-assessed"]
    assert ids == [*organisations, "wales-setting", "wales-population"]
    offered = page.locator("section:has(.scale-choice)").all()
    assert [one.get_attribute("id") for one in offered] == organisations
    apart = page.locator("figure:has(.apart)")
    units = ["RQF-falls-rate", "7A7-falls-rate", "7A7-risk-assessed"]
    assert [one.get_attribute("id") for one in apart.all()] == units
    assert set(page.locator(".apart").all_inner_texts()) == {told}


def test_on_a_phone_latest_figures_are_a_list_and_wide_pictures_say_that_they_scroll(open_falls):
    page = open_falls("collaborative/ws-falls.html", 390).page
    row = page.locator("#figures tbody tr.wales").first
    cells = row.locator("td:visible").all()
    assert all(cell.bounding_box()["x"] + cell.bounding_box()["width"] <= 390 for cell in cells)
    said = "one => getComputedStyle(one, '::before').content"
    named = ['"Latest: "', '"Centre: "', '"Lower limit: "', '"Upper limit: "']
    assert [cell.evaluate(said) for cell in cells[1:5]] == named
    scroller = page.locator("#figures .scroll")
    assert scroller.evaluate("one => one.scrollWidth <= one.clientWidth")
    hint = page.get_by_text("What is wider than the screen scrolls sideways.")
    assert hint.count() == page.locator(".funnel").count() == 2
    for one, funnel in zip(hint.all(), page.locator(".funnel svg").all(), strict=True):
        assert one.is_visible()
        # Texts are 13 of a width of 1,000.
        assert funnel.bounding_box()["width"] * 13 / 1000 >= 11
    page.set_viewport_size({"width": 1280, "height": 900})
    assert hint.first.is_hidden()
    assert page.locator("#figures thead").is_visible()


def test_on_a_phone_the_matrix_of_the_pack_says_that_it_scrolls(open_falls):
    page = open_falls("collaborative/q-2023-24-q4.cy.html", 390).page
    hint = page.get_by_text("Mae'r hyn sy'n lletach na'r sgrin yn sgrolio i'r ochr.")
    assert hint.first.is_visible()
    page.emulate_media(media="print")
    assert hint.first.is_hidden()


def test_the_data_table_of_a_small_chart_has_short_rows_and_its_summary_stays(open_falls):
    page = open_falls("collaborative/ws-falls.html").page
    figure = page.locator(".grid figure").first
    summary = figure.locator("summary")
    figure.scroll_into_view_if_needed()
    before = summary.bounding_box()
    summary.click()
    after = summary.bounding_box()
    assert (after["x"], after["y"]) == (before["x"], before["y"])
    box = figure.locator(".box").bounding_box()
    rows = figure.locator("tbody tr").all()
    heights = [row.bounding_box()["height"] for row in rows]
    assert len(rows) == 36
    assert max(heights) < 32
    assert box["height"] / max(heights) > 10


def test_a_chart_drawn_anew_tells_its_points_to_pointer_and_keys(open_page):
    page = open_page("org/7A4/index.html").page
    plot = page.locator(".plot[data-figure]").first
    plot.scroll_into_view_if_needed()
    plot.locator("svg.main-svg").first.wait_for()
    page.set_viewport_size({"width": 800, "height": 900})
    page.wait_for_function(
        """() => { const plot = document.querySelector('.plot[data-figure]');
          return plot.querySelector('svg.main-svg').clientWidth === plot.clientWidth; }"""
    )
    said = plot.locator(".hovertext")
    # Plotly listens in front of its points.
    plot.locator(".points path").last.hover(force=True)
    said.wait_for()
    assert said.text_content().startswith("December 2025: ")
    page.mouse.move(0, 0)
    said.wait_for(state="detached")
    plot.focus()
    page.keyboard.press("Home")
    said.wait_for()
    assert said.text_content().startswith("January 2024: ")


# Pixels come from the layout that plotly was given: range, margins and size.
CORNERS_THAT_ARE_OFF = """() => [...document.querySelectorAll('.plot')].flatMap(plot => {
  const { width, height, margin, xaxis, yaxis } = plot.picture.layout;
  const share = (value, [low, high]) => (value - low) / (high - low);
  const across = x => margin.l + share(x, xaxis.range) * (width - margin.l - margin.r);
  const down = y => height - margin.b - share(y, yaxis.range) * (height - margin.t - margin.b);
  const behind = plot.figure.data.filter(one => !/line|reference|points/.test(one.name));
  return behind.flatMap((trace, place) => {
    const path = plot.querySelector(`.shapelayer path[data-index='${place}']`), off = [];
    Object.assign(path.style, { strokeWidth: 2, strokeLinecap: 'square' });
    const look = (x, y) => { const point = new DOMPoint(across(x), down(y));
      if (!path.isPointInStroke(point)) off.push([trace.name, x, y]); };
    trace.x.forEach((x, at) => {
      const y = trace.y[at], before = trace.y[at - 1];
      if (y === null) return;
      look(x, y);
      if (before === null || before === undefined || trace.name === 'target') return;
      const half = (trace.x[at - 1] + x) / 2;
      look(half, before); look(half, y);
    });
    return off.concat(trace.x.length < 2 ? [[trace.name]] : []);
  });
})"""


def test_what_stands_behind_the_points_is_where_its_values_are(open_falls):
    """Every corner of bands, limits, centres and targets, stepped half-way between two points."""
    for path in ("collaborative/ws-falls.html", "org/7A2/index.html"):
        page = open_falls(path).page
        page.wait_for_function("() => window.Plotly")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".shapelayer path").count() >= 30
        assert page.evaluate(CORNERS_THAT_ARE_OFF) == []


def test_a_line_without_a_break_is_drawn_with_its_points(open_page):
    page = open_page(WORKSTREAM).page
    plot = page.locator(".plot[data-figure]").first
    plot.locator(".points path").last.wait_for()
    assert plot.locator(".scatterlayer .trace").count() == 1
    assert plot.locator(".scatterlayer path.js-line").count() == 1
    assert plot.locator(".points path").count() == 24
