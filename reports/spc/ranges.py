"""Moving ranges and their mean: short-term variation, from neighbours in time.

A range never bridges a missing point, a ghost or a phase boundary. Which charts build on ranges is
not decided here.
"""

import numpy as np

from .segments import Segments
from .vocabulary import BoolArray, FloatArray

# d2 and D4 of subgroups of two (Montgomery, Introduction to Statistical Quality Control,
# appendix VI). The exact d2, 1.128379, is not what the field uses.
D2_OF_PAIRS = 1.128
D4_OF_PAIRS = 3.267


def moving_ranges(values: FloatArray, used: BoolArray, segments: Segments) -> FloatArray:
    """(N,) distance of each point from the one before; NaN unless both are used neighbours."""
    both = used & np.roll(used, 1) & segments.follows()
    return np.where(both, np.abs(np.diff(values, prepend=np.nan)), np.nan)


def mean_range(
    ranges: FloatArray, segments: Segments, *, screening: bool
) -> tuple[FloatArray, BoolArray]:
    """(S,) mean of the ranges, and whether screening dropped any of them.

    Screening is one pass: ranges of 3.267 times their mean or more are dropped, and the rest are
    averaged again (Nelson 1982, Control charts for individual measurements, J. Quality Technology
    14(3)). It is not done where nothing, or nothing but zeros, would be left.
    """
    known = ~np.isnan(ranges)
    plain = segments.mean(ranges, known)
    if not screening:
        return plain, np.zeros(segments.count, dtype=bool)
    near = known & (ranges < D4_OF_PAIRS * plain[segments.ids])
    screened = segments.mean(ranges, near)
    dropped = (segments.number(near) < segments.number(known)) & (screened > 0)
    return np.where(dropped, screened, plain), dropped
