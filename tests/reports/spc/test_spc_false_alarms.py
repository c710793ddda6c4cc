"""Figures of false alarms that are known without simulation, and the script that simulates.

Limits are known exactly where the baseline is: alternating values that fix centre 0 and sigma 1.
"""

import importlib.util
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from spc_series import UNIT_BASELINE

from reports.spc import Plan
from reports.spc.vocabulary import Chart

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "false_alarms.py"
SERIES = 3000


@pytest.fixture(scope="module")
def false_alarms():
    spec = importlib.util.spec_from_file_location("false_alarms", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look for their module.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(importlib.import_module("sys").modules, "false_alarms", module)
        spec.loader.exec_module(module)
        yield module


def after_a_known_baseline(points: int, series: int = SERIES) -> pl.DataFrame:
    """Independent normal points, in units of the sigma that the first 20 fix."""
    values = np.random.default_rng(20240420).normal(size=(series, points))
    known = np.tile(UNIT_BASELINE, (series, 1))
    rows = np.hstack([known, values])
    return pl.DataFrame(
        {
            "series": np.repeat(np.arange(series), rows.shape[1]).astype(str),
            "period": np.tile(np.arange(rows.shape[1]), series),
            "numerator": rows.ravel(),
        }
    )


def chance_of_a_run(points: int, length: int) -> float:
    """Of `length` in a row on one side among so many points: by the state of the last run."""
    short = np.zeros(length)
    short[1] = 1
    for _ in range(points - 1):
        short = np.concatenate([[0, short.sum() / 2], short[1:-1] / 2])
    return float(1 - short.sum())


def test_the_chance_of_a_run_is_that_of_small_cases():
    assert chance_of_a_run(2, 2) == 0.5
    assert chance_of_a_run(3, 3) == 0.25
    assert chance_of_a_run(4, 3) == 6 / 16


def within_error(found: float, known: float) -> bool:
    return abs(found - known) < 3 * np.sqrt(known * (1 - known) / SERIES)


def test_outside_known_limits(false_alarms):
    """1 - 0.9973 ** 36 = 9.3 %; at one point 0.27 %."""
    plan = Plan(chart=Chart.I, baseline=20, screening=False)
    found = false_alarms.shares(after_a_known_baseline(36), plan, "outside", among=36)
    assert within_error(found.anywhere, 0.0927)
    assert within_error(found.last, 0.0027)


@pytest.mark.parametrize(("rules", "length"), [("ihi", 8), ("mdc", 7), ("nelson", 9)])
def test_runs_about_a_known_centre(false_alarms, rules, length):
    """The last point of the baseline lies on one side and may begin the run."""
    plan = Plan(chart=Chart.I, baseline=20, screening=False, rules=rules)
    found = false_alarms.shares(after_a_known_baseline(36), plan, "shift", among=36)
    assert within_error(found.anywhere, chance_of_a_run(37, length))


def test_the_tail_of_g_is_that_of_the_normal(false_alarms):
    """At one point no more than 0.135 %: a count cannot have the limit exactly."""
    drawn = false_alarms.stable(false_alarms.CASE_OF["g"], 36, SERIES)
    found = false_alarms.shares(drawn, Plan(chart=Chart.G), "outside")
    assert found.anywhere < 0.0475 + 3 * false_alarms.error(0.0475, SERIES)
    assert found.last < 0.006


def test_series_are_the_same_each_time(false_alarms):
    once, again = (false_alarms.stable(false_alarms.CASES[0], 24, 5) for _ in range(2))
    assert once.equals(again)


def test_the_tables_are_made_for_every_chart_and_profile(false_alarms):
    lines = false_alarms.by_profile(24, 20).splitlines()
    assert len(lines) == 2 + len(false_alarms.CASES)
    assert all(line.count("|") == 2 + len(false_alarms.PROFILES) for line in lines)
