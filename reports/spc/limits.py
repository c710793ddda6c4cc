"""Centre and limits as values, and how a symmetric chart draws them around its centre.

The formulas of the chart families are in individuals, attributes, rare_events and subgroups; the
table at the end of `families` joins them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .intake import Points
from .vocabulary import BoolArray, FloatArray

SIGMAS = (1, 2, 3)


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Lines of N points in S segments, not multiplied; NaN where there is no line.

    centre (N,); lower, upper (3, N) at 1, 2 and 3 sigma; sigma_z (S,) of Laney charts; screened
    (S,) whether moving ranges were dropped; zero_chance (S,) of a gap of 0 on g and t charts.
    level (N,) the expected value, sigma (N,) the sigma of a point, never held within bounds: both
    of value ** (1 / power), the scale on which the points are nearly normal. NaN without a sigma.
    """

    centre: FloatArray
    lower: FloatArray
    upper: FloatArray
    sigma_z: FloatArray
    screened: BoolArray
    zero_chance: FloatArray
    level: FloatArray
    sigma: FloatArray
    power: float = 1.0

    def to_level(self, value: FloatArray) -> FloatArray:
        """Values on the scale of `level` and `sigma`."""
        return value if self.power == 1 else value ** (1 / self.power)

    def from_level(self, level: FloatArray) -> FloatArray:
        """Back to values."""
        return level if self.power == 1 else level**self.power


def lines(
    points: Points,
    centre: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    **facts: Any,
) -> Limits:
    """Limits with what only some families know left empty. Arrays are those of `Limits`."""
    count, nowhere = points.segments.count, np.full(len(points.value), np.nan)
    empty = {
        "sigma_z": np.full(count, np.nan),
        "screened": np.zeros(count, dtype=bool),
        "zero_chance": np.full(count, np.nan),
        "level": nowhere,
        "sigma": nowhere,
    }
    return Limits(centre, lower, upper, **(empty | facts))


def around(
    points: Points,
    centre: FloatArray,
    sigma: FloatArray,
    within: tuple[float, float] = (-np.inf, np.inf),
    **facts: Any,
) -> Limits:
    """Centre plus and minus 1, 2 and 3 sigma, both (N,), held `within` (lowest, highest)."""
    steps = np.multiply.outer(np.array(SIGMAS, dtype=float), sigma)
    lower, upper = _held(centre - steps, within), _held(centre + steps, within)
    return lines(points, centre, lower, upper, **({"level": centre, "sigma": sigma} | facts))


def _held(edge: FloatArray, within: tuple[float, float]) -> FloatArray:
    lowest, highest = within
    if lowest > -np.inf:
        edge = np.maximum(edge, lowest)
    return np.minimum(edge, highest) if highest < np.inf else edge
