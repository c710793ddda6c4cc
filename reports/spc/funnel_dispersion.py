"""Over-dispersion: how much more the units of a funnel differ than chance allows.

Spiegelhalter 2005, Handling over-dispersion of performance indicators, Quality and Safety in Health
Care 14:347; tau2 as DerSimonian and Laird 1986, Controlled Clinical Trials 7:177.
"""

from dataclasses import dataclass

import numpy as np

from .segments import Segments
from .vocabulary import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Dispersion:
    """(S,) each; NaN with fewer than two units.

    phi: mean of the squared winsorised z-scores, 1 where only chance is at work. tau2: variance
    between units on the scale of the z-scores, 0 or more.
    """

    phi: FloatArray
    tau2: FloatArray


def dispersion(
    z: FloatArray, error: FloatArray, where: BoolArray, segments: Segments, winsorised: float
) -> Dispersion:
    """Of the units where `where` (N,) holds; z, error (N,): z-scores and standard errors."""
    drawn_in = _winsorise(z, where, segments, winsorised)
    k = segments.number(where)
    with np.errstate(invalid="ignore", divide="ignore"):
        phi = segments.sum(drawn_in**2, where) / k
        weight = np.where(where, 1 / error**2, 0.0)
        total = segments.sum(weight, where)
        spread = total - segments.sum(weight**2, where) / total
        tau2 = np.maximum(0.0, (k * phi - (k - 1)) / spread)
    return Dispersion(*(np.where(k > 1, found, np.nan) for found in (phi, tau2)))


def _winsorise(z: FloatArray, where: BoolArray, segments: Segments, share: float) -> FloatArray:
    """(N,) z, drawn in to the quantiles of its segment at `share` and 1 - `share`."""
    low, high = _quantiles(z, where, segments, (share, 1 - share))
    return np.clip(z, segments.spread(low), segments.spread(high))


def _quantiles(
    x: FloatArray, where: BoolArray, segments: Segments, shares: tuple[float, ...]
) -> list[FloatArray]:
    """(S,) for each share, interpolated between values (type 7 of Hyndman and Fan 1996)."""
    ids, values = segments.ids[where], x[where]
    values = np.append(values[np.lexsort((values, ids))], np.nan)
    number = np.bincount(ids, minlength=segments.count)
    start = np.cumsum(number) - number
    found = []
    for share in shares:
        at = np.maximum(number - 1, 0) * share
        below = np.floor(at).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(number - 1, 0))
        first, second = values[start + below], values[start + above]
        found.append(np.where(number > 0, first + (at - below) * (second - first), np.nan))
    return found
