"""How long the pages of all organisations take to be made: run by `make benchmarks`.

Apart from what is timed in Chromium: a browser's event loop in the same process disturbs Dagster's.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from assets.steps.editions import edition_of
from assets.steps.night import Night
from assets.steps.page_store import keep, placed_pages
from pipelines.nightly import run_night
from pipelines.sample.write import TODAY, write_sample

pytestmark = pytest.mark.benchmark_run


def test_pages_of_the_collaborative_and_of_organisations_are_made(tmp_path: Path) -> None:
    """15 seconds for 10 organisations; the sample has fewer. Both languages, both cores."""
    lake = tmp_path / "lake"
    write_sample(lake)
    run_night(lake, today=TODAY)
    night = Night.open(lake, today=TODAY)
    pages = [
        page
        for page in placed_pages(night, edition_of(night, ""))
        if not page.task.folder.startswith("stewards/")
    ]
    organisations = {page.task.folder for page in pages if page.task.folder.startswith("org/")}
    for home in (lake / "work" / "pages").iterdir():
        shutil.rmtree(home)
    began = time.perf_counter()
    assert keep(night, pages) == len(pages)
    seconds = time.perf_counter() - began
    print(f"\n{len(pages)} pages for {len(organisations)} organisations: {seconds:.1f} s")
    assert len(organisations) >= 8
    assert seconds * 10 / len(organisations) <= 15
