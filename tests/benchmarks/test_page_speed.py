"""How long pages of 60 and 250 charts take in Chromium: run by `make benchmarks`.

In Chromium the median of five loads counts, each in a context of its own. Limits are those asked
for on 2 cores; a busy machine may miss them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from many_charts import many_charts

pytestmark = pytest.mark.benchmark_run

LOADS = 5
# Milliseconds from the start of the navigation.
LOAD_EVENT = """() => new Promise(done => {
  const told = () => { const entry = performance.getEntriesByType('navigation')[0];
    if (entry.loadEventEnd) done(entry.loadEventEnd); else setTimeout(told, 10); };
  told();
})"""
FIRST_CHARTS = """() => new Promise(done => {
  const told = () => { if (document.querySelector('.plot.is-drawn svg.main-svg'))
    done(performance.now()); else requestAnimationFrame(told); };
  told();
})"""
ALL_CHARTS = """() => new Promise(done => {
  const begin = performance.now();
  const told = () => {
    const next = document.querySelector('.plot[data-figure]:not(.is-drawn)');
    if (!next) { done(performance.now() - begin); return; }
    next.scrollIntoView();
    requestAnimationFrame(told);
  };
  told();
})"""


def _opened(chromium: Browser, path: Path) -> Page:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(path.as_uri(), wait_until="commit")
    return page


def _median(chromium: Browser, path: Path, script: str) -> float:
    found = []
    for _ in range(LOADS):
        page = _opened(chromium, path)
        page.wait_for_load_state("domcontentloaded")
        found.append(page.evaluate(script))
        page.context.close()
    print(f"\n{path.parent.name}: {', '.join(f'{one:.0f}' for one in found)} ms")
    return median(found)


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_charts(tmp_path_factory.mktemp("sixty"), 60)


def test_60_charts_are_loaded(chromium: Browser, sixty: Path) -> None:
    assert _median(chromium, sixty, LOAD_EVENT) <= 500


def test_the_first_of_60_charts_are_drawn(chromium: Browser, sixty: Path) -> None:
    assert _median(chromium, sixty, FIRST_CHARTS) <= 800


@pytest.mark.parametrize(("count", "most"), [(60, 1_000), (250, 3_000)])
def test_all_charts_are_drawn_while_scrolling(
    chromium: Browser, tmp_path: Path, count: int, most: float
) -> None:
    assert _median(chromium, many_charts(tmp_path, count), ALL_CHARTS) <= most
