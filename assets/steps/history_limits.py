"""Step 3d. How far from its own earlier months a figure may be: one function for each kind.

Here: formulas, as polars expressions over sums of the earlier months. Not here: which months those
are (history.py), what a rule compares (the contract). Sums only of months with figures:

m months; x the count, n its denominator; sx, sn their sums; sq the sum of x squared over n; usual
the mean of x, middle its median, and low the lower quartile of x over n. `x` and `n` are this
month's.

Rates and shares have limits on the scale on which their scatter does not depend on their size
(square root, arcsine), widened where the earlier months scatter more than by chance alone (phi:
Pearson's chi-square over its degrees of freedom, never below 1) and because they are not many
(n / sn).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import pi
from types import MappingProxyType

import polars as pl

from data_contracts.history import History, Limits

X, N, M, SX, SN, SQ, MEAN, MEDIAN, LOW = map(
    pl.col, ("x", "n", "m", "sx", "sn", "sq", "mean", "median", "low")
)
NONE = pl.lit(None, pl.Float64)
# Shares of very many, or very near to all or none, have limits so narrow that any month is outside
# of them: nobody is asked about less than five points.
MARGIN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected of a month; null is no limit."""

    usual: pl.Expr
    lowest: pl.Expr = NONE
    highest: pl.Expr = NONE


def sums_of_earlier() -> list[pl.Expr]:
    """What the limits are made of, over the earlier months of a ward, site or board."""
    square = (X * X / N).fill_nan(None)
    return [
        X.count().alias("m"),
        X.sum().alias("sx"),
        N.sum().alias("sn"),
        square.sum().alias("sq"),
        X.mean().alias("mean"),
        X.median().alias("median"),
        (X / N).quantile(0.25, "linear").alias("low"),
    ]


def expected(history: History) -> Expected:
    """What a rule expects of a month."""
    return _EXPECTED[history.limits](history)


def _scatter(variance: pl.Expr, deviations: pl.Expr) -> pl.Expr:
    """How much more than by chance the earlier months scatter, and how few they are."""
    phi = pl.when(variance > 0).then(deviations / variance / (M - 1)).otherwise(1.0)
    return pl.max_horizontal(phi.fill_nan(1.0).fill_null(1.0), pl.lit(1.0))


def _rate(history: History) -> Expected:
    rate = SX / SN
    # The sum of (x - rate n)^2 / n is sq - rate sx; by chance it is about rate for each month.
    phi = _scatter(rate, SQ - rate * SX)
    usual = rate * N
    half = history.sigmas / 2 * (phi * (1 + N / SN)).sqrt()
    root = usual.sqrt()
    return Expected(
        usual=usual,
        lowest=(root - half).clip(lower_bound=0).pow(2).floor(),
        highest=(root + half).pow(2).ceil(),
    )


def _share(history: History) -> Expected:
    share = (SX / SN).clip(0, 1)
    phi = _scatter(share * (1 - share), SQ - share * SX)
    half = history.sigmas / 2 * (phi * (1 / N + 1 / SN)).sqrt()
    angle = share.sqrt().arcsin()
    low = (angle - half).clip(lower_bound=0).sin().pow(2)
    high = (angle + half).clip(upper_bound=pi / 2).sin().pow(2)
    return Expected(
        usual=share * N,
        lowest=(N * pl.min_horizontal(low, (share - MARGIN).clip(lower_bound=0))).floor(),
        highest=(N * pl.max_horizontal(high, (share + MARGIN).clip(upper_bound=1))).ceil(),
    )


def _factor(history: History) -> Expected:
    low, high = history.lowest, history.highest
    return Expected(
        usual=MEDIAN,
        lowest=NONE if low is None else (MEDIAN * low).ceil(),
        highest=NONE if high is None else (MEDIAN * high).floor(),
    )


def _not_zero(history: History) -> Expected:
    """In three months of four it was at least `usual`, for a month of this size."""
    return Expected(usual=LOW * N, lowest=pl.lit(1.0))


def _not_always_zero(history: History) -> Expected:
    """Of all months of the run at least one has to be above 0."""
    return Expected(usual=SN + N, lowest=pl.when(SX == 0).then(1.0))


def _not_repeated(history: History) -> Expected:
    return Expected(usual=MEAN)


_EXPECTED: Mapping[Limits, Callable[[History], Expected]] = MappingProxyType(
    {
        Limits.RATE: _rate,
        Limits.SHARE: _share,
        Limits.FACTOR: _factor,
        Limits.NOT_ZERO: _not_zero,
        Limits.NOT_ALWAYS_ZERO: _not_always_zero,
        Limits.NOT_REPEATED: _not_repeated,
    }
)
