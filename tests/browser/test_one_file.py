"""A page in one file, opened from a folder where it is alone: it asks for nothing and has all."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.publish_command import write_single_files

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def alone(falls: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    told: list[tuple[int, int]] = []
    made = write_single_files(falls, folder, lambda *so_far: told.append(so_far))
    # Overview, falls, the quarter's pack, eight organisations, twice; not what is for stewards.
    assert made == 22
    assert told[-1] == (22, 22)
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} == {".html"}
    return folder


def test_every_file_is_at_most_2_mb(alone: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in alone.rglob("*.html")}
    assert max(sizes.values()) <= 2_000_000
    # Without charts there is no need for the library.
    assert sizes["index.html"] < 2_000_000


@pytest.mark.parametrize(
    ("path", "charts"),
    [
        ("collaborative/index.html", 0),
        ("collaborative/ws-falls.html", 30),
        ("collaborative/ws-falls.cy.html", 30),
        ("org/7A2/index.html", None),
    ],
)
def test_a_file_asks_for_nothing_and_draws_its_charts(
    alone: Path, tmp_path: Path, open_file, path: str, charts: int | None
) -> None:
    place = tmp_path / "Falls in May.html"
    place.write_bytes((alone / path).read_bytes())
    found = open_file(place)
    page = found.page
    plots = page.locator(".plot[data-figure]")
    if charts is not None:
        assert plots.count() == charts
    if plots.count():
        page.wait_for_function("() => window.Plotly")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".plot.is-drawn svg.main-svg").count() >= plots.count()
    assert found.complaints == []
    asked = [url for url in found.requests if not url.startswith(("data:", "blob:"))]
    assert asked == [place.as_uri()]
    assert page.locator(".modebar").count() == 0


def test_its_policy_names_its_scripts_and_nothing_else(alone: Path, open_file) -> None:
    found = open_file(alone / "collaborative" / "ws-falls.html")
    policy = found.page.locator("meta[http-equiv]").get_attribute("content")
    scripts = policy.partition("script-src ")[2].partition(";")[0].split()
    assert [one[:8] for one in scripts] == ["'sha256-"] * 3
    ran = found.page.evaluate(
        """() => { const script = document.createElement('script');
          script.textContent = 'window.ran = true'; document.body.append(script);
          return window.ran === true; }"""
    )
    assert ran is False


def test_its_links_lead_to_places_in_it(alone: Path, open_file) -> None:
    page = open_file(alone / "collaborative" / "ws-falls.html").page
    links = page.evaluate(
        "() => [...document.querySelectorAll('a[href]')].map(one => one.getAttribute('href'))"
    )
    assert len(links) > 30
    assert {link[0] for link in links} == {"#"}
    page.locator(".contents a[href='#figures']").click()
    assert page.locator("#figures").is_visible()


def test_a_download_has_the_bytes_of_the_published_file(
    falls: Path, alone: Path, open_file
) -> None:
    page = open_file(alone / "collaborative" / "ws-falls.html").page
    with page.expect_download() as waiting:
        page.locator('[data-packed="7A2-falls-rate.csv"]').click()
    found = waiting.value
    assert found.suggested_filename == "7A2-falls-rate.csv"
    published = (falls / "collaborative" / "data" / "7A2-falls-rate.csv").read_bytes()
    assert Path(found.path()).read_bytes() == published
