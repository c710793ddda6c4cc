"""Longest run and number of crossings of each phase, with the limits chance sets them.

Anhøj and Olesen 2014, Run charts revisited (PLoS ONE 9(11)): points on the centre are dropped
first; limits depend on the number of the others, the useful points.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr  # type: ignore[import-untyped]

from .runs import Track, runs_of
from .vocabulary import FloatArray, IntArray

CHANCE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class RunStatistics:
    """(phases of the track,) each; all but the number are NaN where no point is useful."""

    n_useful: IntArray
    longest_run: FloatArray
    longest_run_limit: FloatArray
    crossings: FloatArray
    crossings_limit: FloatArray


def statistics(track: Track) -> RunStatistics:
    """Runs and crossings of each phase, over all its judged points."""
    useful = track.side != 0
    ids, count = track.phases.ids[useful], track.phases.count
    runs = runs_of(track.side[useful], ids)
    phase_of_run = ids[runs.starts]
    number = np.bincount(ids, minlength=count)
    first_run = np.flatnonzero(np.diff(phase_of_run, prepend=-1))
    longest, crossings = np.full(count, np.nan), np.full(count, np.nan)
    longest[number > 0] = np.maximum.reduceat(runs.lengths, first_run)
    crossings[number > 0] = np.diff(first_run, append=len(phase_of_run)) - 1
    return RunStatistics(
        number, longest, longest_run_limit(number), crossings, crossings_limit(number)
    )


def longest_run_limit(useful: IntArray) -> FloatArray:
    """round(log2 n) + 3; a run must be longer than this to signal. NaN for n = 0."""
    logarithm: FloatArray = np.log2(np.where(useful > 0, useful.astype(np.float64), np.nan))
    return np.round(logarithm) + 3


def crossings_limit(useful: IntArray) -> FloatArray:
    """5 % quantile of a binomial of n - 1 trials at 1/2: fewer crossings signal. NaN for n = 0."""
    sizes, places = np.unique(useful, return_inverse=True)
    limits = np.array([_quantile(int(size) - 1) if size > 0 else np.nan for size in sizes])
    return limits[places]


def _quantile(trials: int) -> float:
    """Smallest k with P(X <= k) >= 5 %: bisection, exact for any number of trials."""
    low, high = 0, trials
    while low < high:
        middle = (low + high) // 2
        if bdtr(middle, trials, 0.5) >= CHANCE:
            high = middle
        else:
            low = middle + 1
    return float(low)
