"""Charts of rare events: g (cases or days between events) and t (time between events).

The points are gaps, one for each event; counts by month do not belong here.
"""

import numpy as np

from .intake import Points
from .limits import SIGMAS, Limits, lines
from .plan import Plan
from .ranges import D2_OF_PAIRS, mean_range, moving_ranges
from .vocabulary import FloatArray, GeometricLimits

# Upper tail of the normal distribution beyond 1, 2 and 3 sigma; a probability limit leaves the
# same share of stable points outside.
TAILS = (0.158655, 0.02275, 0.00135)
# Weibull times with shape 1/3.6 of their exponential become nearly normal (Nelson 1994, A control
# chart for parts-per-million nonconforming items, J. Quality Technology 26(3)).
TO_NORMAL = 3.6


def g(points: Points, plan: Plan) -> Limits:
    """g: the median drawn, limits from the mean of a geometric distribution; lower limit 0.

    Exact: the gap exceeded with the probability of the normal tail (Benneyan 2001, Number-between
    g-type statistical quality control charts, Health Care Management Science 4). Three-sigma: mean
    plus k sqrt(mean (mean + 1)), only to compare with other software.
    """
    segments = points.segments
    mean = segments.mean(points.value, points.used)
    median = segments.spread(segments.median(points.value, points.used))
    upper = _G_LIMITS[plan.g_limits](mean)[:, segments.ids]
    return lines(
        points,
        median,
        np.zeros_like(upper),
        upper,
        zero_chance=1 / (1 + mean),
        level=segments.spread(mean),
        sigma=segments.spread(np.sqrt(mean * (mean + 1))),
    )


def _exact(mean: FloatArray) -> FloatArray:
    # ln(1 - p) with p = 1 / (1 + mean): log1p keeps it exact for long gaps.
    limits: FloatArray = np.multiply.outer(np.log(TAILS), 1 / np.log1p(-1 / (1 + mean)))
    return limits


def _three_sigma(mean: FloatArray) -> FloatArray:
    steps: FloatArray = np.multiply.outer(np.array(SIGMAS, dtype=float), np.sqrt(mean * (mean + 1)))
    return mean + steps


_G_LIMITS = {GeometricLimits.EXACT: _exact, GeometricLimits.THREE_SIGMA: _three_sigma}


def t(points: Points, plan: Plan) -> Limits:
    """t: the i chart of time ** (1 / 3.6), transformed back; lower limit not below 0."""
    segments, used = points.segments, points.used
    scaled = points.value ** (1 / TO_NORMAL)
    centre = segments.mean(scaled, used)
    mean, screened = mean_range(
        moving_ranges(scaled, used, segments), segments, screening=plan.screening
    )
    steps = np.multiply.outer(np.array(SIGMAS, dtype=float), mean / D2_OF_PAIRS)
    lower, upper = (
        np.maximum(edge, 0)[:, segments.ids] ** TO_NORMAL
        for edge in (centre - steps, centre + steps)
    )
    zero_chance = -np.expm1(-1 / segments.mean(points.value, used))
    return lines(
        points,
        segments.spread(centre) ** TO_NORMAL,
        lower,
        upper,
        screened=screened,
        zero_chance=zero_chance,
        level=segments.spread(centre),
        sigma=segments.spread(mean / D2_OF_PAIRS),
        power=TO_NORMAL,
    )
