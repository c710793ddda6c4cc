"""Every file of a whole publication: sizes, links, languages, policy, no way to a cloud."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from many_charts import many_charts

pytestmark = pytest.mark.browser

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
KB = 1000
LINKS = {"a": "href", "link": "href", "script": "src", "img": "src", "use": "href"}


class Marks(HTMLParser):
    """What a page says of itself: language, policy, links, anchors, scripts in the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.first: dict[str, dict[str, str]] = {}
        self.policy = self.language = ""
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids += [values["id"]] if "id" in values else []
        if LINKS.get(tag) in values:
            self.links.append(values[LINKS[tag]])
        if tag == "html":
            self.language = values["lang"]
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        if tag == "script" and "src" not in values:
            self.inline.append(values.get("type", ""))
        if "hreflang" in values:
            self.first.setdefault(tag, values)


@cache
def marks_of(path: Path) -> Marks:
    return Marks(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def pages(falls: Path) -> list[Path]:
    found = sorted(falls.rglob("*.html"))
    assert len(found) > 400
    return found


def test_no_link_is_broken(pages: list[Path]) -> None:
    """Files are there, and the places in them; nothing leads out of the readers' own folder."""
    broken = []
    for page in pages:
        for link in set(marks_of(page).links) - {"data:,"}:
            path, _, place = unquote(link).partition("#")
            target = page if path == "" else page.parent / path
            is_there = target.is_file() and ".." not in path and ":" not in path
            # What stands in a fragment with an equals sign is a filter, not a place.
            if is_there and place and "=" not in place:
                is_there = place in marks_of(target).ids
            if not is_there:
                broken.append((page.name, link))
    assert broken == []


def test_both_languages_of_a_page_have_the_same_places(pages: list[Path]) -> None:
    english = [page for page in pages if not page.name.endswith(".cy.html")]
    assert len(english) * 2 == len(pages)
    for page in english:
        welsh = page.with_suffix(".cy.html")
        here, there = marks_of(page), marks_of(welsh)
        assert (here.language, there.language) == ("en", "cy")
        assert here.ids == there.ids, page.name
        assert len(here.ids) == len(set(here.ids)), page.name
        for tag in ("link", "a"):
            assert (here.first[tag]["href"], here.first[tag]["hreflang"]) == (welsh.name, "cy")
            assert (there.first[tag]["href"], there.first[tag]["hreflang"]) == (page.name, "en")


def test_every_page_has_the_policy_and_no_script_of_its_own(pages: list[Path]) -> None:
    """Figures are data in the page; whatever runs is a file beside it."""
    assert {marks_of(page).policy for page in pages} == {POLICY}
    assert {kind for page in pages for kind in marks_of(page).inline} == {"application/json"}


def test_nothing_offers_or_reaches_a_cloud(falls: Path) -> None:
    """Plotly's library knows the button; every figure is drawn without it."""
    drawing = (falls / "collaborative/static/charts.js").read_text("utf-8")
    assert "displayModeBar: false" in drawing
    assert "showSendToCloud: false" in drawing
    for path in falls.rglob("*"):
        if path.suffix in {".html", ".js", ".css", ".csv"} and not path.name.startswith("plotly"):
            text = path.read_text("utf-8")
            for word in ("Share chart", "plotly.com", "plot.ly"):
                assert word not in text, path
            assert not re.search(r"""(?:src|href|url\()=?["']?\s*(?:https?:)?//""", text), path


@pytest.mark.parametrize(
    ("pattern", "most"),
    [("collaborative/index*.html", 500 * KB), ("stewards/*/*.html", 400 * KB)],
)
def test_pages_are_small(falls: Path, pattern: str, most: int) -> None:
    sizes = [path.stat().st_size for path in falls.glob(pattern)]
    assert len(sizes) >= 2
    assert max(sizes) <= most


def test_a_page_of_60_charts_is_small(tmp_path: Path) -> None:
    page = many_charts(tmp_path, 60)
    assert page.read_text("utf-8").count('data-figure="') == 60
    assert page.stat().st_size <= 750 * KB
