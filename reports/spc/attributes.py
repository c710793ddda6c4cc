"""Charts of counted events: p, np, c, u and Laney's p' and u'.

Limits come from the binomial or Poisson distribution (Montgomery, Introduction to Statistical
Quality Control, chapter 7); p' and u' widen them by the variation between points (Laney 2002,
Improved control charts for attributes, Quality Engineering 14(4)).
"""

from collections.abc import Callable

import numpy as np

from .intake import Points
from .limits import Limits, around
from .plan import Plan
from .ranges import D2_OF_PAIRS, mean_range, moving_ranges
from .vocabulary import BoolArray, FloatArray

Sigma = Callable[[FloatArray, FloatArray], FloatArray]

PROPORTION = (0.0, 1.0)
COUNT = (0.0, np.inf)


def binomial(centre: FloatArray, n: FloatArray) -> FloatArray:
    """Sigma of a proportion."""
    return np.sqrt(centre * (1 - centre) / n)


def poisson(centre: FloatArray, n: FloatArray) -> FloatArray:
    """Sigma of a rate."""
    return np.sqrt(centre / n)


def p(points: Points, plan: Plan) -> Limits:
    """p: sum y / sum n, limits within 0 and 1."""
    return _plain(points, binomial, PROPORTION)


def u(points: Points, plan: Plan) -> Limits:
    """u: sum y / sum n, lower limit not below 0."""
    return _plain(points, poisson, COUNT)


def p_prime(points: Points, plan: Plan) -> Limits:
    """p': the sigma of p times sigma_z."""
    return _laney(points, plan, binomial, PROPORTION)


def u_prime(points: Points, plan: Plan) -> Limits:
    """u': the sigma of u times sigma_z."""
    return _laney(points, plan, poisson, COUNT)


def c(points: Points, plan: Plan) -> Limits:
    """c: mean count, sigma its square root, lower limit not below 0."""
    segments = points.segments
    centre = segments.spread(segments.mean(points.y, points.used))
    return around(points, centre, np.sqrt(centre), COUNT)


def np_(points: Points, plan: Plan) -> Limits:
    """np: mean count, sigma from the pooled proportion and the number examined."""
    segments = points.segments
    centre = segments.spread(segments.mean(points.y, points.used))
    sigma = binomial(_pooled(points), points.n) * points.n
    return around(points, centre, sigma, COUNT)


def laney(points: Points, plan: Plan, sigma: Sigma) -> tuple[FloatArray, BoolArray]:
    """(S,) sigma_z: variation between neighbours over what `sigma` allows; and whether screened.

    The z-scores' mean moving range / 1.128. Below 1 where points vary less than chance.
    """
    z = (points.value - _pooled(points)) / sigma(_pooled(points), points.n)
    ranges = moving_ranges(z, points.used, points.segments)
    mean, screened = mean_range(ranges, points.segments, screening=plan.screening)
    sigma_z = mean / D2_OF_PAIRS
    return (np.maximum(sigma_z, 1.0) if plan.sigma_z_floor else sigma_z), screened


def _pooled(points: Points) -> FloatArray:
    """(N,) sum y / sum n over the used points of each segment."""
    segments, used = points.segments, points.used
    return segments.spread(segments.sum(points.y, used) / segments.sum(points.n, used))


def _at_values(points: Points, sigma: FloatArray) -> FloatArray:
    """No limits at a missing point: with the size of the month unknown there is no sigma."""
    return np.where(np.isnan(points.value), np.nan, sigma)


def _plain(points: Points, sigma: Sigma, within: tuple[float, float]) -> Limits:
    centre = _pooled(points)
    return around(points, centre, _at_values(points, sigma(centre, points.n)), within)


def _laney(points: Points, plan: Plan, sigma: Sigma, within: tuple[float, float]) -> Limits:
    centre = _pooled(points)
    sigma_z, screened = laney(points, plan, sigma)
    widened = sigma(centre, points.n) * points.segments.spread(sigma_z)
    return around(
        points, centre, _at_values(points, widened), within, sigma_z=sigma_z, screened=screened
    )
