"""Control lines of a funnel, and which units lie outside of them.

A unit is judged by exact tail probabilities; the lines are drawn so that a unit lies beyond a line
exactly when its tail is below the level. Scaling of values and meaning of sides belong elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from .funnel_families import Family
from .funnel_plan import FunnelLimits
from .intake import TIE
from .vocabulary import BoolArray, FlagArray, FloatArray, IntArray

# One tail of 95 % and of 99.8 %: the two pairs of lines, narrow first.
LEVELS = (0.025, 0.001)
LOW, HIGH = -1, 1


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What is expected of N units, (N,) each: denominator, target, and variance between units.

    tau2 is 0 where the lines are not to allow for it. Denominators and targets lie above 0.
    """

    family: Family
    n: FloatArray
    target: FloatArray
    tau2: FloatArray

    def tail(
        self, count: FloatArray, side: int, rows: IntArray | slice = slice(None)
    ) -> FloatArray:
        """The chance of `count` or more (HIGH) or fewer (LOW), of the units at `rows`."""
        formula = self.family.high if side == HIGH else self.family.low
        return formula(count, self.n[rows], self.target[rows])

    def z(self, y: FloatArray) -> FloatArray:
        """(N,) distance of values y / n from the target, in standard errors."""
        return self.family.score(y / self.n, self.target) / self.error()

    def error(self) -> FloatArray:
        """(N,) standard errors on the scale of equal variance; additive model."""
        return np.sqrt(self.family.error(self.n, self.target) ** 2 + self.tau2)


def lines(expected: Expected, form: FunnelLimits) -> FloatArray:
    """(2, 2, N) values by level and side (low, high); NaN where there is no line.

    An adjusted line is that of the additive model (Spiegelhalter 2005, appendix A.3), and never
    nearer than the unadjusted one. Exact upper lines of proportions may lie above 1: then no count
    lies beyond them.
    """
    pairs = [[_line(expected, form, level, side) for side in (LOW, HIGH)] for level in LEVELS]
    return np.array(pairs)


def sides(expected: Expected, form: FunnelLimits, y: FloatArray) -> FlagArray:
    """(2, N) by level: 1 above the upper line, -1 below the lower, 0 within; y (N,): counts."""
    if form is FunnelLimits.EXACT:
        return _beyond_tails(expected, y)
    drawn, value = lines(expected, form), y / expected.n
    high, low = value > drawn[:, 1], value < drawn[:, 0]
    return high.astype(np.int8) - low.astype(np.int8)


def _beyond_tails(expected: Expected, y: FloatArray) -> FlagArray:
    """Outside by the tail and, where lines are adjusted, beyond the additive model's line too."""
    low, high, z = expected.tail(y, LOW), expected.tail(y, HIGH), expected.z(y)
    found = np.zeros((len(LEVELS), len(y)), dtype=np.int8)
    for i, level in enumerate(LEVELS):
        side = _is_below(high, level).astype(np.int8) - _is_below(low, level).astype(np.int8)
        is_far = (expected.tau2 == 0) | (side * z > -special.ndtri(level))
        found[i] = np.where(is_far, side, 0)
    return found


def _is_below(tail: FloatArray, level: float) -> BoolArray:
    # 0.1 ** 3 is 0.001, whatever its last digit: on the level is not below it.
    return tail < level * (1 - TIE)


def _line(expected: Expected, form: FunnelLimits, level: float, side: int) -> FloatArray:
    line = _FORMS[form](expected, level, side)
    line = np.where(line < 0, np.nan, line)
    # No line is further out than any line: NaN wins on either side.
    further = np.maximum if side == HIGH else np.minimum
    adjusted = further(line, _approximate(expected, level, side))
    return np.where(expected.tau2 > 0, adjusted, line)


def _exact(expected: Expected, level: float, side: int) -> FloatArray:
    """Where the tail, interpolated between whole counts, is the level.

    Spiegelhalter 2005, appendix A.1.1, takes both lines from P(X <= k). Here each is taken from
    its own tail, the upper from P(X >= k): else the upper line would lie one event too low, with
    units beyond it that the tails call common. Negative where P(0) exceeds the level.
    """
    k = _first_beyond(expected, level, side)
    outer, inner = expected.tail(k, side), expected.tail(k - side, side)
    return (k - side * (level - outer) / (inner - outer)) / expected.n


def _first_beyond(expected: Expected, level: float, side: int) -> FloatArray:
    """(N,) the whole count nearest to the expected one whose tail is below the level."""
    k = _guess(expected, level, side)
    every = np.arange(len(k))
    rows = every
    while len(rows):
        rows = rows[~_is_below(expected.tail(k[rows], side, rows), level)]
        k[rows] += side
    rows = every
    while len(rows):
        rows = rows[_is_below(expected.tail(k[rows] - side, side, rows), level)]
        k[rows] -= side
    return k


def _guess(expected: Expected, level: float, side: int) -> FloatArray:
    """A whole count near the quantile (Cornish and Fisher 1938, to the second term)."""
    family, n, target = expected.family, expected.n, expected.target
    z: float = special.ndtri(level)
    bent = family.skew(target) * (z**2 - 1) / 6
    near = target * n - side * z * family.sd(n, target) + bent
    return np.floor(np.clip(near, -1, family.most * n + 1))


def _approximate(expected: Expected, level: float, side: int) -> FloatArray:
    """Standard errors away from the target; NaN beyond the ends of the scale."""
    return expected.family.unscored(
        -side * special.ndtri(level) * expected.error(), expected.target
    )


def _confidence(expected: Expected, level: float, side: int) -> FloatArray:
    family = expected.family
    limit = family.interval_high if side == HIGH else family.interval_low
    return limit(np.full_like(expected.n, level), expected.n, expected.target) / expected.n


# What a form asks the additive model to widen: tau2 is in `approximate` already.
_FORMS: Mapping[FunnelLimits, Callable[[Expected, float, int], FloatArray]] = MappingProxyType(
    {
        FunnelLimits.EXACT: _exact,
        FunnelLimits.APPROXIMATE: _approximate,
        FunnelLimits.CONFIDENCE: _confidence,
    }
)
