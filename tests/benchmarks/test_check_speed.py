"""How long a check takes, at a desk and in a night, and how large what it makes is: run by
`make benchmarks`.

Each check is a process of its own, from its start to its end at a desk, and with the import of its
libraries in a night. Limits are those asked for on 2 cores that do nothing else; a busy machine may
miss them, so the seconds of the processor are printed beside those of the clock.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import openpyxl
import polars as pl
import pytest

from assets.steps.desk import at_desk
from pipelines.check_files import Outputs
from reports.pages.submission import submission_page

sys.path.append(str(Path(__file__).parents[1] / "pipelines"))

from board_files import NAME, TODAY, put, rows, workbook

GIGABYTE = 1024**3
SAFECARE = [sys.executable, "-m", "pipelines.cli"]
COST = Path(__file__).with_name("check_cost.py")
TIMES = 5

pytestmark = pytest.mark.benchmark_run


# --- At a desk ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "count", "limit"), [("csv", 100, 3.5), ("xlsx", 20_000, 5.0)])
def test_a_file_at_a_desk(tmp_path: Path, kind: str, count: int, limit: float) -> None:
    frame = rows(count)
    sent = put(tmp_path, frame) if kind == "csv" else workbook(tmp_path / f"{NAME}.xlsx", frame)
    seconds, processor = [], []
    for _ in range(TIMES):
        before, began = os.times(), time.perf_counter()
        subprocess.run(
            [*SAFECARE, "check", sent, "--today", TODAY.isoformat()],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        seconds.append(time.perf_counter() - began)
        after = os.times()
        processor.append(
            after.children_user - before.children_user
            + after.children_system - before.children_system
        )  # fmt: skip
    print(f"\n{count} rows, {kind}: {median(seconds):.1f} s, processor {median(processor):.1f} s")
    assert median(seconds) <= limit


# --- In a night -----------------------------------------------------------------------------------


def _night(files: int, rows_each: int, kind: str) -> dict[str, Any]:
    told = subprocess.run(
        [sys.executable, COST, str(files), str(rows_each), kind],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    cost: dict[str, Any] = json.loads(told.stdout)
    print(
        f"\n{files} files of {rows_each} rows: {cost['seconds']:.1f} s, "
        f"processor {cost['processor']:.1f} s, {cost['memory'] / GIGABYTE:.2f} GB"
    )
    return cost


def test_forty_files_of_one_night() -> None:
    cost = _night(40, 2_500, "few")
    assert (cost["rows_accepted"], cost["rows_set_aside"]) == (99_000, 1_000)
    assert cost["seconds"] <= 3


def test_a_million_rows_of_which_one_in_a_hundred_is_bad() -> None:
    cost = _night(400, 2_500, "few")
    assert (cost["rows_accepted"], cost["rows_set_aside"]) == (990_000, 10_000)
    assert cost["memory"] < 2.5 * GIGABYTE
    assert cost["seconds"] <= 12


def test_a_million_rows_with_a_column_that_is_wrong_throughout() -> None:
    cost = _night(400, 2_500, "column")
    assert (cost["rows_accepted"], cost["rows_set_aside"]) == (0, 1_000_000)
    assert cost["seconds"] <= 8


# --- What is made of it ---------------------------------------------------------------------------


def test_five_thousand_problems_are_all_told_and_the_page_stays_small(tmp_path: Path) -> None:
    """Every other row of 10,000 has a word for a count: 5,000 places, in the list and the workbook.

    The page that is one file holds the whole list too, packed.
    """
    from pipelines.check_files import _case

    frame = rows(10_000).with_columns(
        falls_total=pl.when(pl.int_range(10_000) % 2 == 0)
        .then(pl.lit("six"))
        .otherwise(pl.lit("6"))
    )
    sent = workbook(tmp_path / f"{NAME}.xlsx", frame)
    desk = at_desk(sent, None, TODAY)
    assert desk.problems.filter(pl.col("code") == "C02").height == 5_000
    for language in ("en", "cy"):
        out = tmp_path / language
        outputs = Outputs.of([sent], out.with_suffix(".xlsx"), out.with_suffix(".html"))
        book, page = outputs.write(0, desk, language)
        sizes = {place.suffix: place.stat().st_size for place in (book, page)}
        print(f"\n{language}: {sizes}, sent {sent.stat().st_size}")
        assert sizes[".html"] < 400_000
        assert sizes[".xlsx"] <= 3 * sent.stat().st_size
        made = submission_page(_case(desk, language), desk.sheet_rows)
        (listed,) = (file for name, file in made.files.items() if name.endswith(".csv"))
        assert listed.count(b"C02") == 5_000
        with closing(openpyxl.load_workbook(book, read_only=True)) as opened:
            (*_, errors, _sheet) = opened.worksheets
            told = [row for row in errors.iter_rows(values_only=True) if "C02" in row]
        assert len(told) == 5_000
