"""Arithmetic over stretches of flat arrays: sums, means and medians of many segments at once.

A segment is one series x phase. This module knows positions only, nothing of charts or rules; every
function is linear in the number of points (the median sorts).
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from .vocabulary import BoolArray, FloatArray, IntArray

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """N points cut into S stretches: `ids` (N,) counts 0..S-1, `starts` (S,) are positions."""

    ids: IntArray
    starts: IntArray

    @classmethod
    def beginning(cls, first: BoolArray) -> "Segments":
        """Cut wherever `first` (N,) is true; the first point always begins a segment."""
        begins = first.copy()
        begins[:1] = True
        return cls(np.cumsum(begins) - 1, np.flatnonzero(begins))

    @property
    def count(self) -> int:
        """S, the number of segments."""
        return len(self.starts)

    def position(self) -> IntArray:
        """(N,) place of each point in its segment, from 0."""
        return np.arange(len(self.ids)) - self.starts[self.ids]

    def follows(self) -> BoolArray:
        """(N,) whether the point before belongs to the same segment."""
        follows = np.ones(len(self.ids), dtype=bool)
        follows[self.starts] = False
        return follows

    def spread(self, per_segment: npt.NDArray[T]) -> npt.NDArray[T]:
        """(S,) to (N,): each point gets the value of its segment."""
        return per_segment[self.ids]

    def number(self, where: BoolArray) -> IntArray:
        """(S,) how many points hold."""
        return np.add.reduceat(where, self.starts, dtype=np.int64)

    def sum(self, x: FloatArray, where: BoolArray) -> FloatArray:
        """(S,) sum of the points where `where` holds; 0 for none."""
        return np.add.reduceat(np.where(where, x, 0.0), self.starts)

    def mean(self, x: FloatArray, where: BoolArray) -> FloatArray:
        """(S,) mean in two passes; NaN for none.

        The second pass takes back the rounding of the first, so that 24 x 0.1 has the mean 0.1.
        """
        number = self.number(where)
        rough = self.sum(x, where) / number
        return rough + self.sum(x - rough[self.ids], where) / number

    def median(self, x: FloatArray, where: BoolArray) -> FloatArray:
        """(S,) median; NaN for none."""
        ids, values = self.ids[where], x[where]
        values = values[np.lexsort((values, ids))]
        number = np.bincount(ids, minlength=self.count)
        low = np.cumsum(number) - number + np.maximum(number - 1, 0) // 2
        high = np.cumsum(number) - number + number // 2
        padded = np.append(values, [np.nan, np.nan])
        middle = (padded[low] + padded[np.minimum(high, len(padded) - 1)]) / 2
        return np.where(number > 0, middle, np.nan)

    def highest(self, x: FloatArray, where: BoolArray) -> FloatArray:
        """(S,) largest value; -inf for none."""
        return np.maximum.reduceat(np.where(where, x, -np.inf), self.starts)

    def lowest(self, x: FloatArray, where: BoolArray) -> FloatArray:
        """(S,) smallest value; inf for none."""
        return np.minimum.reduceat(np.where(where, x, np.inf), self.starts)

    def last(self, where: BoolArray) -> IntArray:
        """(S,) position of the last point that holds; -1 for none."""
        places = np.where(where, np.arange(len(self.ids)), -1)
        return np.maximum.reduceat(places, self.starts)

    def only(self, wanted: BoolArray) -> tuple["Segments", IntArray]:
        """The segments where `wanted` (S,) holds, and the positions (M,) of their points."""
        rows = np.flatnonzero(wanted[self.ids])
        kept = self.ids[rows]
        return Segments.beginning(np.diff(kept, prepend=-1) != 0), rows
