"""Worked examples from textbooks: figures typed in as printed, with their source."""

import numpy as np
import polars as pl
import pytest
from spc_series import only, series

from reports.spc import Plan, analyse

# Wheeler and Chambers, Understanding Statistical Process Control, p. 215.
WHEELER_X = """905 930 865 895 905 885 890 930 915 910 920 915 925 860 905 925 925 905 915 930 890
940 860 875 985 970 940 975 1000 1035 1020 985 960 945 965 940 900 920 980 950 955 970 970
1035 1040"""
# The same, p. 220: injuries a month.
WHEELER_INJURIES = "6 2 4 8 5 4 23 7 3 5 12 7 10 5 9 4 3 2 2 1 3 4 3 1"
# The same, p. 264.
WHEELER_P = (
    "20 18 14 16 13 29 21 14 6 6 7 7 9 5 8 9 9 10 9 10",
    "98 104 97 99 97 102 104 101 55 48 50 53 56 49 56 53 52 51 52 47",
)
# The same, p. 276.
WHEELER_U = (
    "14 4 5 13 6 2 4 11 8 10 3 11 1 3 6 8 5 2",
    "39 45 46 48 40 58 50 50 50 50 32 50 33 50 50 50 50 50",
)
# Montgomery, Introduction to Statistical Quality Control (6th and 7th ed.), example 6.5: loans.
MONTGOMERY_LOANS = """310 288 297 298 307 303 294 297 308 306 294 299 297 299 314 295 293 306 301
304 305 282 305 296 314 295 287 301 298 311 310 292 305 299 304 310 304 305 333 328"""
# Example 7.1: orange juice cans, of 50 each; samples 15 and 23 have a known cause.
MONTGOMERY_CANS = (
    """12 15 8 10 4 7 16 9 14 10 5 6 17 12 22 8 10 5 13 11 20 18 24 15 9 12 7 13 9 6"""
)
# Example 7.3: defects of circuit boards; samples 6 and 20 have a known cause.
MONTGOMERY_BOARDS = "21 24 16 12 15 5 28 20 31 25 20 24 16 19 10 17 13 22 18 39 30 24 16 19 17 15"
# Example 7.4: shipment errors, 50 a week.
MONTGOMERY_SHIPMENTS = "2 3 8 1 1 4 1 4 5 1 8 2 4 3 4 1 8 3 7 4"
# Example 7.6: hours between failures of a valve.
MONTGOMERY_VALVES = """286 948 536 124 816 729 4 143 431 8 2837 596 81 227 603 492 1199 1214 2831
96"""
# Example 6.1 and 6.3: inside diameters of piston rings (mm), 25 samples of 5.
MONTGOMERY_RINGS = """
74.030 74.002 74.019 73.992 74.008 73.995 73.992 74.001 74.011 74.004
73.988 74.024 74.021 74.005 74.002 74.002 73.996 73.993 74.015 74.009
73.992 74.007 74.015 73.989 74.014 74.009 73.994 73.997 73.985 73.993
73.995 74.006 73.994 74.000 74.005 73.985 74.003 73.993 74.015 73.988
74.008 73.995 74.009 74.005 74.004 73.998 74.000 73.990 74.007 73.995
73.994 73.998 73.994 73.995 73.990 74.004 74.000 74.007 74.000 73.996
73.983 74.002 73.998 73.997 74.012 74.006 73.967 73.994 74.000 73.984
74.012 74.014 73.998 73.999 74.007 74.000 73.984 74.005 73.998 73.996
73.994 74.012 73.986 74.005 74.007 74.006 74.010 74.018 74.003 74.000
73.984 74.002 74.003 74.005 73.997 74.000 74.010 74.013 74.020 74.003
73.982 74.001 74.015 74.005 73.996 74.004 73.999 73.990 74.006 74.009
74.010 73.989 73.990 74.009 74.014 74.015 74.008 73.993 74.000 74.010
73.982 73.984 73.995 74.017 74.013
"""


def lines(frame: pl.DataFrame, **plan: object) -> dict[str, list[float]]:
    points = analyse(frame, Plan(**plan)).points  # type: ignore[arg-type]
    return {name: points[name].to_list() for name in ("centre", "lower", "upper", "outside")}


def test_i_wheeler_p215():
    found = lines(series(WHEELER_X), chart="i", screening=False)
    assert found["centre"][0] == pytest.approx(936.89, abs=0.01)
    assert found["lower"][0] == pytest.approx(862.84, abs=0.01)
    assert found["upper"][0] == pytest.approx(1010.93, abs=0.01)


def test_mr_wheeler_p215():
    found = lines(series(WHEELER_X), chart="mr")
    assert found["centre"][0] == pytest.approx(27.84, abs=0.01)
    assert found["upper"][0] == pytest.approx(3.267 * 27.84, abs=0.03)
    assert found["lower"][0] == 0


def test_c_wheeler_p220_the_23_injuries_are_outside():
    found = lines(series(WHEELER_INJURIES), chart="c")
    assert found["centre"][0] == pytest.approx(5.54, abs=0.005)
    assert found["upper"][0] == pytest.approx(12.6, abs=0.01)
    assert found["lower"][0] == 0
    assert np.flatnonzero(found["outside"]).tolist() == [6]


def test_p_wheeler_p264_the_sixth_is_outside():
    found = lines(series(*WHEELER_P), chart="p")
    assert found["centre"][0] == pytest.approx(0.169, abs=0.0005)
    assert found["upper"][:6] == pytest.approx([0.282, 0.279, 0.283, 0.281, 0.283, 0.28], abs=0.002)
    assert found["lower"][:6] == pytest.approx(
        [0.055, 0.058, 0.055, 0.056, 0.055, 0.057], abs=0.002
    )
    assert np.flatnonzero(found["outside"]).tolist() == [5]


def test_u_wheeler_p276_the_first_is_outside():
    found = lines(series(*WHEELER_U), chart="u")
    assert found["centre"][0] == pytest.approx(0.138, abs=0.0005)
    assert found["upper"][:6] == pytest.approx(
        [0.316, 0.304, 0.302, 0.299, 0.314, 0.284], abs=0.001
    )
    assert np.flatnonzero(found["outside"]).tolist() == [0]


def test_i_montgomery_6_5_limits_of_the_first_twenty_carry_forward():
    found = lines(series(MONTGOMERY_LOANS), chart="i", baseline=20)
    assert found["centre"][39] == pytest.approx(300.5)
    assert found["lower"][39] == pytest.approx(279.78, abs=0.005)
    assert found["upper"][39] == pytest.approx(321.22, abs=0.005)
    assert np.flatnonzero(found["outside"]).tolist() == [38, 39]


def test_p_montgomery_7_1_without_the_samples_of_known_cause():
    found = lines(series(MONTGOMERY_CANS, 50, ghosts=[15, 23]), chart="p")
    assert found["centre"][0] == pytest.approx(0.2150, abs=0.00005)
    assert found["lower"][0] == pytest.approx(0.0407, abs=0.0001)
    assert found["upper"][0] == pytest.approx(0.3893, abs=0.0001)


def test_np_montgomery_7_1_is_the_p_chart_times_fifty():
    # Montgomery, example 7.2: the same cans with all samples, centre 11.57, limits 20.51 and 2.62.
    found = lines(series(MONTGOMERY_CANS, 50), chart="np")
    assert found["centre"][0] == pytest.approx(11.57, abs=0.005)
    assert found["lower"][0] == pytest.approx(2.62, abs=0.01)
    assert found["upper"][0] == pytest.approx(20.51, abs=0.01)


def test_c_montgomery_7_3_without_the_samples_of_known_cause():
    found = lines(series(MONTGOMERY_BOARDS, ghosts=[6, 20]), chart="c")
    assert found["centre"][0] == pytest.approx(19.67, abs=0.005)
    assert found["lower"][0] == pytest.approx(6.36, abs=0.01)
    assert found["upper"][0] == pytest.approx(32.97, abs=0.01)


def test_u_montgomery_7_4():
    found = lines(series(MONTGOMERY_SHIPMENTS, 50), chart="u")
    assert found["centre"][0] == pytest.approx(0.0740)
    assert found["lower"][0] == 0
    assert found["upper"][0] == pytest.approx(0.1894, abs=0.0001)


def test_t_montgomery_7_6():
    # The mean of hours ** 0.2777 is 5.386 and its lower limit below 0; the valve is stable.
    found = lines(series(MONTGOMERY_VALVES), chart="t")
    assert found["centre"][0] ** (1 / 3.6) == pytest.approx(5.386, abs=0.005)
    assert found["lower"][0] == 0
    assert not any(found["outside"])


def rings() -> pl.DataFrame:
    values = [float(word) for word in MONTGOMERY_RINGS.split()]
    return pl.DataFrame({"series": "rings", "period": np.repeat(np.arange(25), 5), "value": values})


def test_xbar_montgomery_6_3():
    found = lines(rings(), chart="xbar")
    assert found["centre"][0] == pytest.approx(74.001, abs=0.0005)
    assert found["lower"][0] == pytest.approx(73.988, abs=0.0006)
    assert found["upper"][0] == pytest.approx(74.014, abs=0.001)


def test_s_montgomery_6_3():
    found = lines(rings(), chart="s")
    assert found["centre"][0] == pytest.approx(0.0094, abs=0.00005)
    assert found["upper"][0] == pytest.approx(0.0196, abs=0.0001)
    assert found["lower"][0] == 0


# Montgomery, appendix VI: A3, B3 and B4 by sample size; limits of a sample of mean 0 and sbar 1.
@pytest.mark.parametrize(
    ("size", "a3", "b3", "b4"),
    [
        (2, 2.659, 0, 3.267),
        (5, 1.427, 0, 2.089),
        (10, 0.975, 0.284, 1.716),
        (25, 0.606, 0.565, 1.435),
    ],
)
def test_factors_of_appendix_vi(size, a3, b3, b4):
    sample = np.linspace(-1, 1, size)
    # Two patterns of equal sd and mean, one of them with another order: not all values are equal.
    sample = sample / sample.std(ddof=1)
    means = np.tile([0.0, 0.001], 10)
    frame = pl.DataFrame(
        {
            "series": "A",
            "period": np.repeat(np.arange(20), size),
            "value": (means[:, None] + sample).ravel(),
        }
    )
    xbar = lines(frame, chart="xbar")
    assert xbar["upper"][0] - xbar["centre"][0] == pytest.approx(a3, abs=0.0006)
    scaled = frame.with_columns(value=pl.col("value") * (1 + 0.001 * (-1) ** pl.col("period")))
    s = lines(scaled, chart="s")
    assert s["lower"][0] / s["centre"][0] == pytest.approx(b3, abs=0.0006)
    assert s["upper"][0] / s["centre"][0] == pytest.approx(b4, abs=0.0006)


def test_g_benneyan_three_sigma_limits():
    # Benneyan 2001: centre m, upper limit m + 3 sqrt(m (m + 1)); of gaps with a mean of 8.
    found = lines(series("4 12 4 12 4 12 4 12 4 12 4 12 4 12"), chart="g", g_limits="three_sigma")
    assert found["upper"][0] == pytest.approx(8 + 3 * np.sqrt(72))
    assert found["lower"][0] == 0


def test_g_exact_limit_leaves_the_normal_tail_above():
    # p = 1 / (1 + 8); the gap exceeded with probability 0.00135 is ln 0.00135 / ln(8 / 9) = 56.100.
    found = lines(series("4 12 4 12 4 12 4 12 4 12 4 12 4 12"), chart="g")
    assert found["centre"][0] == 8
    assert found["upper"][0] == pytest.approx(56.100, abs=0.001)


def test_p_prime_sigma_z_by_hand():
    # 0.05, 0.06, 0.04, 0.07, 0.03 of 1,000 each: ranges of p are 1, 2, 3 and 4 hundredths, sigma is
    # sqrt(0.05 x 0.95 / 1000) = 0.0068920; sigma_z = 0.025 / 0.0068920 / 1.128 = 3.2158.
    plan = Plan(chart="pp", minimum_points=2)
    found = analyse(series("50 60 40 70 30", 1000), plan)
    assert only(found)["sigma_z"] == pytest.approx(3.2158, abs=0.0001)
    assert found.points["upper"][0] == pytest.approx(0.05 + 3 * 0.025 / 1.128)


def test_u_prime_sigma_z_by_hand():
    # Rates 0.10, 0.20, 0.05, 0.25, 0.10: mean range 0.15; the limits are 0.14 +- 3 x 0.15 / 1.128.
    found = lines(series("10 20 5 25 10", 100), chart="up", minimum_points=2)
    assert found["upper"][0] == pytest.approx(0.14 + 3 * 0.15 / 1.128)
    assert found["lower"][0] == 0


def test_i_prime_by_hand():
    # Values 1, 3, 1, 3 with n = 4 throughout: |d| = 2, 1/n + 1/n = 1/2, so
    # s = sqrt(pi/2) x 2 / sqrt(1/2), and the sigma of a point is s / 2 = sqrt(pi).
    found = lines(series("4 12 4 12 4 12 4 12", 4), chart="ip", minimum_points=2)
    assert found["centre"][0] == 2
    assert found["upper"][0] == pytest.approx(2 + 3 * np.sqrt(np.pi))


def test_c_prime_is_the_i_chart_held_at_zero():
    counts = "1 9 2 8 3 7 1 9 2 8 3 7"
    i, c_prime = (lines(series(counts), chart=chart) for chart in ("i", "cp"))
    assert i["lower"][0] < 0
    assert c_prime["lower"][0] == 0
    assert c_prime["upper"] == i["upper"]


# Anhøj and Olesen 2014: round(log2 n) + 3, and the 5 % quantile of a binomial of n - 1 at 1/2. By
# hand for n = 12: P(X <= 2) = 67/2048 = 0.033 and P(X <= 3) = 232/2048 = 0.113, so 3.
@pytest.mark.parametrize(
    ("n", "longest", "fewest"),
    [(10, 6, 2), (12, 7, 3), (16, 7, 4), (20, 7, 6), (24, 8, 8), (30, 8, 10), (60, 9, 23)],
)
def test_limits_of_run_charts(n, longest, fewest):
    found = only(analyse(series([1.0, 2.0] * (n // 2)), Plan(chart="run")))
    assert (found["longest_run_limit"], found["crossings_limit"]) == (longest, fewest)
