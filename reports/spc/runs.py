"""Points in a row: the real points of many segments without their gaps, and the runs in them.

The arithmetic the rules are made of. Which rule needs how long a run is decided in `profiles`, what
it looks for in `rules`.
"""

from dataclasses import dataclass

import numpy as np

from .intake import Points
from .limits import SIGMAS, Limits
from .segments import Segments
from .vocabulary import BoolArray, FlagArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The M points that are judged, in order, gaps and ghosts taken out.

    rows: their positions among all points; value: as plotted; tolerance: below this distance two
    values tie; side: of the centre, -1, 0 (tie) or 1; zone: how many of the 1, 2 and 3 sigma lines
    it lies beyond, strictly, negative below the centre; has_zones: there is room between them.
    phases: the segments of the points; stretches: the same, cut at a gap too where gaps break.
    """

    rows: IntArray | slice
    value: FloatArray
    tolerance: FloatArray
    side: FlagArray
    zone: FlagArray
    has_zones: BoolArray
    phases: Segments
    stretches: Segments
    zero_chance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """R runs of neighbouring items of one stretch in one state: (R,) each."""

    starts: IntArray
    lengths: IntArray
    states: FlagArray

    def flags(self, hit: BoolArray) -> FlagArray:
        """(items,) the state of the items in runs where `hit` (R,) holds, else 0."""
        return np.repeat(np.where(hit, self.states, np.int8(0)), self.lengths)


def runs_of(states: FlagArray, ids: IntArray) -> Runs:
    """Runs of equal `states`; none goes from one value of `ids` to another."""
    first = np.ones(len(states), dtype=bool)
    np.logical_or(states[1:] != states[:-1], ids[1:] != ids[:-1], out=first[1:])
    starts = np.flatnonzero(first)
    return Runs(starts, np.diff(starts, append=len(states)), states[starts])


def track(points: Points, limits: Limits, *, gaps_break: bool) -> Track:
    """What is judged: points with a value and a centre that are not left out."""
    judged = points.is_real & ~np.isnan(limits.centre)
    # Most series have no gaps: a slice is then cheaper than positions.
    whole = bool(judged.all())
    rows = slice(None) if whole else np.flatnonzero(judged)
    value, tolerance = points.value[rows], points.tolerance[rows]
    phases = points.segments if whole else _cut(points.segments.ids[rows])
    gaps = np.cumsum(~points.measured & ~points.excluded)[rows] if gaps_break else None
    return Track(
        rows=rows,
        value=value,
        tolerance=tolerance,
        side=_side(value - limits.centre[rows], tolerance),
        zone=_zone(value, tolerance, limits, rows),
        has_zones=(limits.upper[0] > limits.lower[0])[rows],
        phases=phases,
        stretches=phases if gaps is None else _cut(phases.ids + gaps),
        zero_chance=limits.zero_chance[points.segments.ids[rows]],
    )


def _cut(ids: IntArray) -> Segments:
    return Segments.beginning(np.diff(ids, prepend=-1) != 0)


def _side(distance: FloatArray, tolerance: FloatArray) -> FlagArray:
    return (distance > tolerance).astype(np.int8) - (distance < -tolerance).astype(np.int8)


def _zone(
    value: FloatArray, tolerance: FloatArray, limits: Limits, rows: IntArray | slice
) -> FlagArray:
    zone = np.zeros(len(value), dtype=np.int8)
    for k in range(len(SIGMAS)):
        zone += value > limits.upper[k][rows] + tolerance
        zone -= value < limits.lower[k][rows] - tolerance
    return zone


def steps(track: Track) -> FlagArray:
    """(M,) direction from the point before, -1, 0 (tie) or 1; 0 at the start of a stretch."""
    step = _side(np.diff(track.value, prepend=np.nan), track.tolerance)
    step[track.stretches.starts] = 0
    return step
