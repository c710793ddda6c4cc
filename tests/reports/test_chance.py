"""How many signals chance alone gives: simulated shares, and the sentence on the landing page."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from reports.edition import Edition
from reports.pages.landing import landing_page
from reports.spc import Plan, analyse
from reports.spc.false_alarms import AT_THE_LAST_POINT, BASELINES, POINTS, expected, share
from reports.spc.profiles import profiles
from reports.spc.vocabulary import Chart
from reports.words import Words

SERIES = 4000


def test_every_chart_and_profile_has_its_shares() -> None:
    drawn = [chart for chart in Chart if chart is not Chart.AUTO]
    assert set(AT_THE_LAST_POINT) == {(chart, name) for chart in drawn for name in profiles()}
    assert {len(percents) for percents in AT_THE_LAST_POINT.values()} == {len(BASELINES)}


@pytest.mark.parametrize(
    ("chart", "baseline", "percent"),
    [
        ("i", None, 1.8), ("i", 24, 4.2), ("i", 20, 5.0),
        ("u", None, 1.5), ("u", 24, 2.7), ("u", 20, 2.8),
        ("p", 24, 2.5), ("g", 24, 2.3), ("t", 20, 4.7), ("s", 24, 2.8),
    ],
)  # fmt: skip
def test_shares_are_those_of_the_engines_readme(
    chart: str, baseline: int | None, percent: float
) -> None:
    assert share(chart, "ihi", baseline) == pytest.approx(percent / 100, abs=1e-9)


@pytest.mark.parametrize(
    ("given", "used"), [(30, 24), (24, 24), (23, 20), (20, 20), (12, 12), (6, 12)]
)
def test_a_baseline_between_two_counts_as_the_shorter(given: int, used: int) -> None:
    assert share("u", "ihi", given) == share("u", "ihi", used)


def test_expected_signals_add_up() -> None:
    """Two u charts of 2.7% and one I chart of 1.8%."""
    series = [("u", "ihi", 24), ("u", "ihi", 24), ("i", "ihi", None)]
    assert expected(series) == pytest.approx(0.072)


def test_an_unknown_profile_has_no_share() -> None:
    with pytest.raises(KeyError):
        share("u", "house rules", 24)


@pytest.mark.parametrize(("chart", "baseline"), [("i", None), ("i", 24), ("c", 20), ("run", None)])
def test_shares_are_found_again_with_other_random_numbers(chart: str, baseline: int | None) -> None:
    """Within four standard errors of a smaller simulation."""
    rng = np.random.default_rng(7)
    size = SERIES * POINTS
    values = rng.poisson(12, size).astype(float) if chart == "c" else rng.normal(100, 10, size)
    rows = pl.DataFrame(
        {
            "series": np.repeat(np.arange(SERIES), POINTS).astype(str),
            "period": np.tile(np.arange(POINTS), SERIES),
            "numerator": values,
        }
    )
    points = analyse(rows, Plan(chart=Chart(chart), baseline=baseline)).points
    last = points.filter(pl.col("period") == POINTS - 1)
    found = (last["signal"].fill_null(0) != 0).mean()
    known = share(chart, "ihi", baseline)
    assert abs(found - known) < 4 * (known * (1 - known) / SERIES) ** 0.5


def test_the_landing_page_says_what_chance_would_give(edition: Edition, english: Words) -> None:
    """75 of 80 cells are judged, each a u chart of all its 24 points at 1.5%: 1.1."""
    page = landing_page(edition, english)
    assert page.chance == (
        "If nothing had changed anywhere, chance alone would give about 1 signal "
        "among 75 judged cells. 3 cells show one."
    )
    assert page.definitions == "definitions.html"


def test_the_same_in_welsh(edition: Edition, welsh: Words) -> None:
    assert landing_page(edition, welsh).chance == (
        "Pe na bai dim wedi newid yn unman, nifer y signalau y byddai hap yn unig yn eu rhoi: "
        "tua 1. Celloedd a farnwyd: 75. Celloedd â signal: 3."
    )


def test_few_cells_give_less_than_one(edition: Edition, english: Words) -> None:
    """Falls alone: 16 judged cells at 1.5% are 0.2 signals."""
    falls = tuple(c for c in edition.contracts if c.workstream == "falls")
    page = landing_page(replace(edition, contracts=falls), english)
    assert page.chance.startswith(
        "If nothing had changed anywhere, chance alone would give less than one signal among 16 "
    )


def test_nothing_is_said_where_nothing_was_judged(edition: Edition, english: Words) -> None:
    empty = replace(edition, points=edition.points.clear(), series=edition.series.clear())
    assert landing_page(empty, english).chance == ""
