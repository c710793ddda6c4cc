"""Charts of single values: run, i (XmR), mr, i' and c'.

Limits come from moving ranges, or there are none. Shewhart's individuals chart as in Wheeler,
Understanding Statistical Process Control; i' as in Taylor, Normalized Individuals Control Chart.
"""

from dataclasses import replace

import numpy as np

from .intake import Points
from .limits import SIGMAS, Limits, around, lines
from .plan import Plan
from .ranges import D4_OF_PAIRS, mean_range, moving_ranges
from .vocabulary import FloatArray


def run(points: Points, plan: Plan) -> Limits:
    """The median, no limits."""
    centre = points.segments.median(points.value, points.used)
    none = np.full((len(SIGMAS), len(points.value)), np.nan)
    return lines(points, centre[points.segments.ids], none, none)


def individuals(points: Points, plan: Plan) -> Limits:
    """i: mean, and mean moving range / 1.128 (or the profile's factor / 3) as sigma."""
    lowest, highest = plan.bounds
    within = (
        -np.inf if lowest is None else lowest / plan.multiplier,
        np.inf if highest is None else highest / plan.multiplier,
    )
    return _by_ranges(points, plan, within)


def c_prime(points: Points, plan: Plan) -> Limits:
    """c': sigma of c times sigma_z is the sigma of i, by algebra; no lower limit below 0."""
    limits = _by_ranges(points, plan, (0, np.inf))
    centre = points.segments.mean(points.value, points.used)
    sigma = mean_range(_ranges(points), points.segments, screening=plan.screening)[0]
    return replace(limits, sigma_z=sigma * plan.profile.range_factor / 3 / np.sqrt(centre))


def _by_ranges(points: Points, plan: Plan, within: tuple[float, float]) -> Limits:
    segments = points.segments
    centre = segments.mean(points.value, points.used)
    mean, screened = mean_range(_ranges(points), segments, screening=plan.screening)
    sigma = mean * plan.profile.range_factor / 3
    return around(
        points, segments.spread(centre), segments.spread(sigma), within, screened=screened
    )


def _ranges(points: Points) -> FloatArray:
    return moving_ranges(points.value, points.used, points.segments)


def ranges(points: Points, plan: Plan) -> Limits:
    """mr: mean of the ranges, upper limit 3.267 times that (D4); lower limit 0, no screening."""
    centre = points.segments.spread(points.segments.mean(points.value, points.used))
    sigma = (D4_OF_PAIRS - 1) * centre / 3
    limits = around(points, centre, sigma, (0, np.inf))
    # Neighbouring ranges share a point: their mean has no sigma of independent points.
    return replace(limits, sigma=np.full_like(sigma, np.nan))


def i_prime(points: Points, plan: Plan) -> Limits:
    """i': sum y / sum n, and s / sqrt(n); s from ranges scaled by the sizes of both points.

    A series without denominators has n = 1 everywhere. No limits at a missing point.
    """
    segments, used = points.segments, points.used
    n = np.where(segments.spread(segments.number(~np.isnan(points.n)) > 0), points.n, 1.0)
    centre = segments.spread(segments.sum(points.y, used) / segments.sum(n, used))
    scale = np.sqrt(1 / n + 1 / np.roll(n, 1))
    scaled = np.sqrt(np.pi / 2) * moving_ranges(points.value, used, segments) / scale
    s, screened = mean_range(scaled, segments, screening=plan.screening)
    sigma = np.where(np.isnan(points.value), np.nan, segments.spread(s) / np.sqrt(n))
    return around(points, centre, sigma, screened=screened)
