"""Suggested recalculations: where limits frozen on a baseline no longer fit what came after it.

Belongs here: finding them, and the evidence a person needs to decide. Does not belong here: moving
any limit; that needs a recorded decision (a phase start with a reason).

Asked for a phase whose baseline is frozen at k points, on charts that have a sigma of a point. All
of these must hold: a run on one side of the centre, counted from the first point after the
baseline; enough points from the run's first point to the end; no such run on the other side later
(a shift that went back needs no new limits); and the mean of all points since the run's first lies
further from the old centre than `distance` x sigma x sqrt(1/m + 1/k), m points since, k points in
the baseline. The last is the two-sample z statistic with the sigma of the chart; without it one
stable series in six would be suggested (spc README, Suggested recalculations).
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from .choice import Choice
from .intake import Points
from .limits import Limits
from .plan import Suggest
from .runs import Track, runs_of
from .segments import Segments
from .vocabulary import BoolArray, FlagArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Suggestions:
    """F phases in which new limits are suggested, (F,) each.

    rows: position of the first point of the run; side: of the run, -1 or 1; run_length: its points;
    points_since: m; baseline_points: k; old_mean, new_mean: not multiplied; distance: between them,
    in units of sigma x sqrt(1/m + 1/k), NaN where sigma is 0; recent_distance: the same of the last
    points alone, as many as make a run, negative on the other side: near 0 where the shift went
    back. autocorrelation: of neighbouring points around the means of their part, in the baseline
    and since; high values make chance runs likelier than the test assumes.
    """

    rows: IntArray
    side: FlagArray
    run_length: IntArray
    points_since: IntArray
    baseline_points: IntArray
    old_mean: FloatArray
    new_mean: FloatArray
    distance: FloatArray
    recent_distance: FloatArray
    autocorrelation: FloatArray

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """All but the rows, by name."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "rows"}


def suggestions(
    points: Points, limits: Limits, judged: Track, choice: Choice, asked: Suggest
) -> Suggestions | None:
    """At most one for each segment of a chart with limits, the earliest that holds; None if none.

    Charts without a sigma of a point (run, mr, s) have none.
    """
    rows = np.arange(len(points.value))[judged.rows]
    runs = _runs_after_baseline(judged, ~points.in_baseline[rows], asked.run)
    if not len(runs.first):
        return None
    segments = points.segments.ids[rows[runs.first]]
    old, k = limits.level[rows[runs.first]], choice.n[segments]
    ends = np.append(judged.phases.starts[1:], len(rows))[judged.phases.ids[runs.first]]
    since = _stretch(limits, judged, rows, runs.first, ends)
    error = since.error(k)
    apart = np.abs(since.mean - old)
    holds = (since.number >= asked.points) & (apart > asked.distance * error)
    holds &= ~_goes_back(runs.side, segments)
    first = _first_of_each(np.flatnonzero(holds), segments)
    if not len(first):
        return None
    recent = _stretch(limits, judged, rows, ends[first] - asked.run, ends[first])
    chosen = rows[runs.first[first]], segments[first], old[first], since.mean[first]
    return Suggestions(
        rows=chosen[0],
        side=runs.side[first],
        run_length=runs.length[first],
        points_since=since.number[first],
        baseline_points=k[first],
        old_mean=limits.from_level(chosen[2]),
        new_mean=limits.from_level(chosen[3]),
        distance=_ratio(apart[first], error[first]),
        recent_distance=_ratio(
            (recent.mean - old[first]) * runs.side[first], recent.error(k[first])
        ),
        autocorrelation=_autocorrelation(points, limits.to_level(points.value), *chosen),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """Long runs after the baseline: place of the first point on the track, length and side."""

    first: IntArray
    length: IntArray
    side: FlagArray


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Points in a row, (R,) each: their number, mean and variance, on the scale of `level`.

    The variance is that of one point by the chart's sigma, averaged: each point has its own.
    """

    number: IntArray
    mean: FloatArray
    variance: FloatArray

    def error(self, baseline_points: IntArray) -> FloatArray:
        """Standard error of the distance from the mean of a baseline."""
        error: FloatArray = np.sqrt(self.variance * (1 / self.number + 1 / baseline_points))
        return error


def _runs_after_baseline(judged: Track, is_after: BoolArray, length: int) -> _Runs:
    """Points on the centre neither count nor break a run; a gap does where the profile says so."""
    counted = np.flatnonzero(is_after & (judged.side != 0))
    runs = runs_of(judged.side[counted], judged.stretches.ids[counted])
    long = runs.lengths >= length
    return _Runs(counted[runs.starts[long]], runs.lengths[long], runs.states[long])


def _stretch(
    limits: Limits, judged: Track, rows: IntArray, first: IntArray, ends: IntArray
) -> _Stretch:
    number = ends - first
    # reduceat sums between neighbouring places: every second sum is one that was asked for.
    places = np.column_stack([first, ends]).ravel()
    mean, variance = (
        np.add.reduceat(np.append(each, 0.0), places)[::2] / number
        for each in (limits.to_level(judged.value), limits.sigma[rows] ** 2)
    )
    return _Stretch(number, mean, variance)


def _ratio(distance: FloatArray, error: FloatArray) -> FloatArray:
    return np.where(error > 0, distance / error, np.nan)


def _goes_back(side: FlagArray, segments: IntArray) -> BoolArray:
    """Whether a later long run of the same phase is on the other side."""
    turns = (side[:-1] != side[1:]) & (segments[:-1] == segments[1:])
    phases = Segments.beginning(np.diff(segments, prepend=-1) != 0)
    last_turn = phases.last(np.append(turns, False))
    return np.arange(len(side)) <= last_turn[phases.ids]


def _first_of_each(places: IntArray, segments: IntArray) -> IntArray:
    """The first of the places in each segment."""
    return places[np.unique(segments[places], return_index=True)[1]]


def _autocorrelation(
    points: Points,
    level: FloatArray,
    rows: IntArray,
    segments: IntArray,
    old: FloatArray,
    new: FloatArray,
) -> FloatArray:
    """Of lag 1, around the old mean in the baseline and the new one since the run's first point."""
    ids = points.segments.ids
    start, before, after = (np.full(points.segments.count, np.nan) for _ in range(3))
    start[segments], before[segments], after[segments] = rows, old, new
    is_since = np.arange(len(ids)) >= start[ids]
    mean = np.where(is_since, after[ids], np.where(points.in_baseline, before[ids], np.nan))
    deviation = np.where(points.is_real, level - mean, np.nan)
    product = deviation * np.roll(deviation, 1)
    pairs = ~np.isnan(product) & points.segments.follows() & (is_since == np.roll(is_since, 1))
    together = points.segments.sum(product, pairs)[segments]
    alone = points.segments.sum(deviation**2, ~np.isnan(deviation))[segments]
    return np.where(alone > 0, together / alone, np.nan)
