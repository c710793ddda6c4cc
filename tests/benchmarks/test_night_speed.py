"""How long a night of the whole sample takes, and how much memory: run by `make benchmarks`.

Each night is a process of its own, as at a scheduler's. Limits are those asked for on 2 cores; a
busy machine may miss them.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.sample.write import TODAY, write_sample

GIGABYTE = 1024**3
SAFECARE = [sys.executable, "-m", "pipelines.cli"]

pytestmark = pytest.mark.benchmark_run


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall-clock seconds and the largest resident set in bytes."""

    seconds: float
    memory: int


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("night") / "lake"
    write_sample(folder)
    return folder


def _night(lake: Path, today: date) -> Cost:
    command = [*SAFECARE, "run", "--lake", str(lake), "--today", f"{today}"]
    began = time.perf_counter()
    child = os.posix_spawn(sys.executable, command, os.environ)
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    assert os.waitstatus_to_exitcode(status) == 1, "the sample needs a steward"
    cost = Cost(seconds, used.ru_maxrss * 1024)
    print(f"\n{cost.seconds:.1f} s, {cost.memory / GIGABYTE:.2f} GB")
    return cost


def test_the_first_night(lake: Path) -> None:
    cost = _night(lake, TODAY)
    assert cost.seconds <= 60
    assert cost.memory < 1.5 * GIGABYTE


def test_the_next_night_with_nothing_new(lake: Path) -> None:
    cost = _night(lake, date(2024, 4, 21))
    assert cost.seconds <= 8
    assert (lake / "site" / "latest").resolve().name == "2024-03_r1"


def test_one_corrected_file_makes_only_its_own_pages_anew(lake: Path) -> None:
    """A correction of 7A1's falls: other workstreams and other stewards' pages stay as they are."""
    (sent,) = (
        path.parent
        for path in (lake / "submissions").glob("*/receipt.json")
        if '"7A1_falls_202403_v01' in path.read_text("utf-8")
    )
    rows = pl.read_csv(next(sent.glob("original.*")), infer_schema=False)
    corrected = rows.with_columns(enhanced_observation_days=pl.lit("0"))
    place = lake / "inbox" / "7A1" / "7A1_falls_202403_v02.csv"
    place.parent.mkdir(exist_ok=True)
    corrected.write_csv(place)
    arrived = datetime(2024, 4, 21, 9, tzinfo=UTC).timestamp()
    os.utime(place, (arrived, arrived))
    _night(lake, date(2024, 4, 22))
    first, second = (lake / "site" / name for name in ("2024-03_r1", "2024-03_r2"))
    pages = sorted(path.relative_to(second) for path in second.rglob("*.html"))
    anew = [
        page
        for page in pages
        if not (first / page).exists()
        or (first / page).stat().st_ino != (second / page).stat().st_ino
    ]
    print(f"{len(anew)} of {len(pages)} pages made anew")
    assert not [page for page in anew if page.parts[0] == "stewards" and page.parts[1] != "7A1"]
    assert "collaborative/ws-sepsis.html" not in {page.as_posix() for page in anew}
    assert len(anew) <= 40
