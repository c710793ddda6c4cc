"""Suggested recalculations: each condition by hand, on points in units of sigma, and its price.

The baseline of 20 points has mean 0 and sigma 1; with 12 points since, the standard error of the
distance is sqrt(1/12 + 1/20) = 0.36515, and 3.5 of it are 1.2780.
"""

import math

import numpy as np
import polars as pl
import pytest
from spc_series import UNIT_BASELINE, numbers, series

from reports.spc import Plan, Suggest, analyse

TWELVE = " ".join(["1.3"] * 12)


def suggested(tail: str, **options: object) -> list[dict[str, object]]:
    plan = Plan(**{"chart": "i", "baseline": 20, "suggest": Suggest(), **options})  # type: ignore[arg-type]
    return analyse(series([*UNIT_BASELINE, *numbers(tail)]), plan).suggestions.to_dicts()


def test_the_evidence_is_given_in_full() -> None:
    (found,) = suggested(TWELVE)
    assert {name: found[name] for name in list(found)[:7]} == {
        "series": "A",
        "phase": 1,
        "period": 21,
        "side": 1,
        "run_length": 12,
        "points_since": 12,
        "baseline_points": 20,
    }
    assert found["old_mean"] == pytest.approx(0, abs=1e-12)
    assert found["new_mean"] == pytest.approx(1.3)
    assert found["distance"] == pytest.approx(1.3 / math.sqrt(1 / 12 + 1 / 20))
    assert found["recent_distance"] == pytest.approx(1.3 / math.sqrt(1 / 8 + 1 / 20))
    # 19 pairs of neighbours on either side of the old mean, and all on the new one since.
    assert found["autocorrelation"] == pytest.approx(-19 / 20)


@pytest.mark.parametrize(
    ("tail", "first"),
    [
        pytest.param("1.27 " * 12, None, id="1.27 is less than 3.5 standard errors"),
        pytest.param("1.28 " * 12, 21, id="1.28 is more"),
        pytest.param("3 " * 11, None, id="11 points are too few"),
        pytest.param("-3 " * 7 + "0.1 " + "-3 " * 7, None, id="runs of 7"),
        pytest.param("-3 " * 8 + "0.1 " + "-3 " * 7, 21, id="a run of 8"),
        pytest.param("0.1 " * 3 + "-3 " * 12, 24, id="from the first point of the run"),
        pytest.param("3 " * 4 + "0 " + "3 " * 4 + "3 " * 4, 21, id="a tie does not break it"),
        pytest.param("3 " * 4 + ". " + "3 " * 8, 21, id="nor does a gap"),
        pytest.param("3 " * 20 + "-1 " * 8, None, id="it went back"),
        pytest.param("3 " * 20 + "-1 " * 7, 21, id="seven below are no way back"),
        pytest.param("3 " * 8 + "-3 " * 12, 29, id="it went back and beyond"),
        pytest.param("3 " * 8 + "-1 " + "3 " * 8, 21, id="two runs, the first begins it"),
    ],
)
def test_conditions(tail: str, first: int | None) -> None:
    found = suggested(tail)
    assert [one["period"] for one in found] == ([] if first is None else [first])


def test_a_run_that_began_in_the_baseline_counts_from_its_end() -> None:
    # The last point of the baseline is below the centre; seven more make eight in all.
    tail = "-3 " * 7 + "0.1 0.1 0.1 0.1 0.1"
    assert suggested(tail) == []


@pytest.mark.parametrize("options", [{"suggest": None}, {"baseline": None}, {"chart": "run"}])
def test_nothing_is_suggested_unasked_or_without_a_frozen_baseline(
    options: dict[str, object],
) -> None:
    assert suggested("3 " * 20, **options) == []


def test_each_phase_has_its_own() -> None:
    values = [*UNIT_BASELINE, *numbers(TWELVE), *UNIT_BASELINE, *numbers("-3 " * 12)]
    found = analyse(
        series(values, starts=[33]), Plan(chart="i", baseline=20, suggest=Suggest())
    ).suggestions
    assert found.select("phase", "period", "side").rows() == [(1, 21, 1), (2, 53, -1)]


def test_ghosts_are_left_out() -> None:
    values = [*UNIT_BASELINE, *numbers("3 " * 12)]
    plan = Plan(chart="i", baseline=20, suggest=Suggest())
    assert analyse(series(values, ghosts=[25]), plan).suggestions.height == 0
    found = analyse(series([*values, 3.0], ghosts=[25]), plan).suggestions.to_dicts()
    assert [one["points_since"] for one in found] == [12]


def test_rates_use_the_sigma_of_each_denominator() -> None:
    # Rate 4 with denominator 4: sigma sqrt(4 / 4) = 1 of the rate; multiplied by 1,000 to show.
    values = [16.0] * 20 + [21.2] * 12
    plan = Plan(chart="u", baseline=20, multiplier=1000, suggest=Suggest())
    (found,) = analyse(series(values, 4.0), plan).suggestions.to_dicts()
    assert (found["old_mean"], found["new_mean"]) == pytest.approx((4000, 5300))
    assert found["distance"] == pytest.approx(1.3 / math.sqrt(1 / 12 + 1 / 20))
    # A denominator of 1 doubles sigma: the same rates are then no evidence.
    few = analyse(series([16.0] * 20 + [5.3] * 12, [4.0] * 20 + [1.0] * 12), plan)
    assert few.suggestions.height == 0


def test_times_are_compared_on_the_scale_of_their_limits() -> None:
    times = [(10 + u) ** 3.6 for u in (*UNIT_BASELINE, *numbers(TWELVE))]
    plan = Plan(chart="t", baseline=20, suggest=Suggest())
    (found,) = analyse(series(times), plan).suggestions.to_dicts()
    assert (found["old_mean"], found["new_mean"]) == pytest.approx((10**3.6, 11.3**3.6))
    assert found["distance"] == pytest.approx(1.3 / math.sqrt(1 / 12 + 1 / 20))


def test_gaps_between_events_are_compared_with_their_mean() -> None:
    # Mean 3: sigma of a geometric gap sqrt(3 x 4). The centre drawn is the median, also 3.
    plan = Plan(chart="g", baseline=20, suggest=Suggest())
    (found,) = analyse(series([2.0, 4.0] * 10 + [9.0] * 12), plan).suggestions.to_dicts()
    assert (found["old_mean"], found["new_mean"]) == pytest.approx((3, 9))
    assert found["distance"] == pytest.approx(6 / math.sqrt(12 * (1 / 12 + 1 / 20)))


def test_a_baseline_without_variation_has_no_distance_to_give() -> None:
    values = [5.0] * 20 + [6.0] * 12
    plan = Plan(chart="i", baseline=20, suggest=Suggest())
    (found,) = analyse(series(values), plan).suggestions.to_dicts()
    assert found["distance"] is None
    assert found["new_mean"] == 6


def simulated(shift: float, series_count: int = 4000) -> float:
    """Share of series of 60 normal points with a suggestion; the shift begins after point 30."""
    values = np.random.default_rng(20240420).normal(100, 1, (series_count, 60))
    values[:, 30:] += shift
    frame = pl.DataFrame(
        {
            "series": np.repeat(np.arange(series_count), 60),
            "period": np.tile(np.arange(60), series_count),
            "value": values.ravel(),
        }
    )
    found = analyse(frame, Plan(chart="i", baseline=20, suggest=Suggest())).suggestions
    return found.height / series_count


def test_stable_series_are_left_alone_and_lasting_shifts_found() -> None:
    # spc.md, simulated independently: 0.5 to 1.1 %, 90 % at 1.5 sigma, 99 % at 2 sigma; the
    # standard errors of these shares are 0.13, 0.5 and 0.16 points.
    assert 0.003 <= simulated(0) <= 0.011
    assert simulated(1.5) == pytest.approx(0.90, abs=0.015)
    assert simulated(2) == pytest.approx(0.99, abs=0.008)


def test_a_batch_says_what_each_series_alone_says() -> None:
    values = np.random.default_rng(7).normal(0, 1, (30, 50))
    values[:, 25:] += 1.5
    frames = [series(list(row), name=f"{place:02}") for place, row in enumerate(values)]
    plan = Plan(chart="i", baseline=20, suggest=Suggest())
    alone = pl.concat([analyse(frame, plan).suggestions for frame in frames])
    assert alone.equals(analyse(pl.concat(frames), plan).suggestions)
    assert alone.height > 15
