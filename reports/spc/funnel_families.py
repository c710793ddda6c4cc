"""The two distributions of funnels: Poisson for rates and ratios, binomial for proportions.

Both have one shape: exact tails, confidence limits, and a scale on which the variance of a unit
does not depend on its value. No levels, lines or units belong here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from .funnel_plan import FunnelKind
from .vocabulary import FloatArray

# (count or value, denominator, target) -> array of the same shape.
Formula = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Family:
    """One distribution. Arrays are (N,); targets lie above 0, and below 1 for proportions.

    low, high: chances of `count` or fewer, or more. skew: how far quantiles are from those of the
    normal distribution, as a share of (z^2 - 1) / 6 events. sd: of a count. interval_low, _high:
    count limits from a level, confidence limits of the expected count. score: value on the scale
    of equal variance, less that of the target; unscored: the way back, NaN where there is none;
    error: its standard error. most: the largest value.
    """

    low: Formula
    high: Formula
    sd: Callable[[FloatArray, FloatArray], FloatArray]
    skew: Callable[[FloatArray], FloatArray]
    interval_low: Formula
    interval_high: Formula
    score: Callable[[FloatArray, FloatArray], FloatArray]
    unscored: Callable[[FloatArray, FloatArray], FloatArray]
    error: Callable[[FloatArray, FloatArray], FloatArray]
    most: float


def _poisson_low(count: FloatArray, n: FloatArray, target: FloatArray) -> FloatArray:
    tail = special.gammaincc(np.maximum(count, 0) + 1, target * n)
    return np.where(count < 0, 0.0, tail)


def _poisson_high(count: FloatArray, n: FloatArray, target: FloatArray) -> FloatArray:
    return np.where(count <= 0, 1.0, special.gammainc(np.maximum(count, 1), target * n))


def _binomial_low(count: FloatArray, n: FloatArray, target: FloatArray) -> FloatArray:
    return _binomial_high(n - count, n, 1 - target)


def _binomial_high(count: FloatArray, n: FloatArray, target: FloatArray) -> FloatArray:
    inside = np.clip(count, 1, np.maximum(n, 1))
    tail = special.betainc(inside, np.maximum(n - inside, 0) + 1, target)
    return np.where(count <= 0, 1.0, np.where(count > n, 0.0, tail))


# Var sqrt(X) is nearly 1/4 for a Poisson count X, whatever its mean: (Bartlett 1936; Spiegelhalter
# 2005, appendix A.2.2). Relative to the target, so that tau2 has no unit.
POISSON = Family(
    low=_poisson_low,
    high=_poisson_high,
    sd=lambda n, target: np.sqrt(target * n),
    skew=np.ones_like,
    interval_low=lambda level, n, target: special.gammaincinv(target * n, level),
    interval_high=lambda level, n, target: special.gammainccinv(target * n + 1, level),
    score=lambda value, target: np.sqrt(value / target) - 1,
    unscored=lambda score, target: np.where(score < -1, np.nan, target * (1 + score) ** 2),
    error=lambda n, target: 0.5 / np.sqrt(target * n),
    most=np.inf,
)


def _arcsine(value: FloatArray) -> FloatArray:
    return np.arcsin(np.sqrt(value))


def _unscored_arcsine(score: FloatArray, target: FloatArray) -> FloatArray:
    angle = score + _arcsine(target)
    return np.where((angle < 0) | (angle > np.pi / 2), np.nan, np.sin(angle) ** 2)


# Var arcsin sqrt(X / n) is nearly 1 / (4 n) (Spiegelhalter 2005, appendix A.1.2).
BINOMIAL = Family(
    low=_binomial_low,
    high=_binomial_high,
    sd=lambda n, target: np.sqrt(n * target * (1 - target)),
    skew=lambda target: 1 - 2 * target,
    interval_low=lambda level, n, target: (
        n * special.betaincinv(target * n, n - target * n + 1, level)
    ),
    interval_high=lambda level, n, target: (
        n * special.betainccinv(target * n + 1, n - target * n, level)
    ),
    score=lambda value, target: _arcsine(value) - _arcsine(target),
    unscored=_unscored_arcsine,
    error=lambda n, target: 0.5 / np.sqrt(n),
    most=1.0,
)

FAMILIES: Mapping[FunnelKind, Family] = MappingProxyType(
    {
        FunnelKind.RATE: POISSON,
        FunnelKind.RATIO: POISSON,
        FunnelKind.PROPORTION: BINOMIAL,
    }
)
