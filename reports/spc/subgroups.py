"""Charts of subgroups: xbar (their means) and s (their standard deviations).

Constants are exact for every size (Montgomery, Introduction to Statistical Quality Control,
sections 6.3.1 and 6.3.2), not read from a table that ends at 25.
"""

import numpy as np
from scipy.special import gammaln  # type: ignore[import-untyped]

from .intake import Points
from .limits import SIGMAS, Limits, around, lines
from .plan import Plan
from .vocabulary import FloatArray


def c4(n: FloatArray) -> FloatArray:
    """Expected sd of n normal values, in sigmas: sqrt(2/(n-1)) G(n/2)/G((n-1)/2); NaN below 2."""
    m = np.where(n > 1, n, np.nan)
    ratio: FloatArray = np.exp(gammaln(m / 2) - gammaln((m - 1) / 2))
    return np.sqrt(2 / (m - 1)) * ratio


def xbar(points: Points, plan: Plan) -> Limits:
    """xbar: grand mean weighted by size, limits A3 sbar; none at a subgroup of one."""
    segments, used = points.segments, points.used
    total = segments.sum(points.y * points.n, used)
    centre = segments.spread(total / segments.sum(points.n, used))
    sigma = _mean_sd(points) / (c4(points.n) * np.sqrt(points.n))
    return around(points, centre, sigma)


def s(points: Points, plan: Plan) -> Limits:
    """s: mean sd, limits B3 and B4 times that; lower limit not below 0."""
    centre = _mean_sd(points)
    c5_over_c4 = np.sqrt(1 - c4(points.n) ** 2) / c4(points.n)
    steps = np.multiply.outer(np.array(SIGMAS, dtype=float), c5_over_c4)
    return lines(points, centre, np.maximum(1 - steps, 0) * centre, (1 + steps) * centre)


def _mean_sd(points: Points) -> FloatArray:
    """(N,) sbar: mean of the sds where all sizes are equal, the pooled sd where they are not."""
    segments = points.segments
    used = points.used & ~np.isnan(points.spread)
    freedom = points.n - 1
    pooled = segments.sum(freedom * points.spread**2, used) / segments.sum(freedom, used)
    sized = points.used
    equal = segments.highest(points.n, sized) == segments.lowest(points.n, sized)
    return segments.spread(np.where(equal, segments.mean(points.spread, used), np.sqrt(pooled)))
