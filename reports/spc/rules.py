"""The rules: each takes the points in a row and its lengths, and says which points it flags.

All have one shape, (Track, rule) -> (M,) flags -1, 0 or 1; the table at the end joins them to the
data of `profiles`. Rules without a side flag with 1. Runs and windows stay in one stretch.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from .profiles import (
    Alternating,
    Beyond,
    FewCrossings,
    InnerThird,
    LongRun,
    Mixture,
    Outside,
    Rule,
    Shift,
    Trend,
    Zeros,
)
from .run_statistics import statistics
from .runs import Track, runs_of, steps
from .segments import Segments
from .vocabulary import BoolArray, FlagArray, IntArray, Ties


def outside(track: Track, rule: Outside) -> FlagArray:
    """Beyond the 3 sigma limits, strictly (Shewhart 1931)."""
    return np.where(np.abs(track.zone) == 3, np.sign(track.zone), np.int8(0))


def shift(track: Track, rule: Shift) -> FlagArray:
    """A run on one side of the centre; points on the centre are never flagged."""
    useful = _useful(track.side, rule.ties)
    runs = runs_of(track.side[useful], track.stretches.ids[useful])
    return _placed(runs.flags(runs.lengths >= rule.length), useful)


def trend(track: Track, rule: Trend) -> FlagArray:
    """A run of rising or falling steps, one less than points.

    A point equal to the one before is passed over, or breaks the trend. A turning point belongs
    to both trends and shows the later.
    """
    step = steps(track)
    begins = np.zeros(len(step), dtype=bool)
    begins[track.stretches.starts] = True
    kept = begins | _useful(step, rule.ties)
    step, ids = step[kept], track.stretches.ids[kept]
    runs = runs_of(step, ids)
    hit = (runs.lengths >= rule.length - 1) & (runs.states != 0)
    flags = runs.flags(hit)
    flags[runs.starts[hit] - 1] = runs.states[hit]
    return _placed(flags, kept)


def beyond(track: Track, rule: Beyond) -> FlagArray:
    """`needed` of `window` points in a row beyond `sigma` on one side; only those are flagged."""
    flags = np.zeros(len(track.value), dtype=np.int8)
    if rule.same_side:
        runs = runs_of(track.side, track.stretches.ids)
        ids, sizes = np.repeat(np.arange(len(runs.starts)), runs.lengths), runs.lengths
    else:
        ids, sizes = track.stretches.ids, _sizes(track.stretches)
    for side in (1, -1):
        zone = track.zone * np.int8(side)
        hit = (zone >= rule.sigma) & (zone < (rule.up_to or 4))
        flags[_close(np.flatnonzero(hit), ids, sizes, rule)] = side
    return flags


def _close(hits: IntArray, ids: IntArray, sizes: IntArray, rule: Beyond) -> IntArray:
    """Those of the positions `hits` that have enough others near them in one stretch.

    `needed` hits that span no more than a window share one, if the stretch is that long at all.
    """
    hits = hits[sizes[ids[hits]] >= rule.window]
    last = rule.needed - 1
    begin, end = hits[: len(hits) - last], hits[last:]
    near = np.flatnonzero((end - begin < rule.window) & (ids[begin] == ids[end]))
    return np.concatenate([hits[near + k] for k in range(rule.needed)])


def inner_third(track: Track, rule: InnerThird) -> FlagArray:
    """A run within 1 sigma (on the line is within); no side."""
    return _long_runs((track.zone == 0) & track.has_zones, track, rule.length)


def alternating(track: Track, rule: Alternating) -> FlagArray:
    """A run of points that go up and down in turn (Nelson 1984, rule 4); no side."""
    step = steps(track)
    turns = np.zeros(len(step), dtype=np.int8)
    turns[1:] = step[1:] * step[:-1] < 0
    runs = runs_of(turns, track.stretches.ids)
    hit = (runs.states == 1) & (runs.lengths >= rule.length - 2)
    # The first turn of a run is its third point.
    from_third = runs.flags(hit)
    for back in (1, 2):
        from_third[runs.starts[hit] - back] = 1
    return from_third


def mixture(track: Track, rule: Mixture) -> FlagArray:
    """A run beyond 1 sigma that has points on both sides (Nelson 1984, rule 8); no side."""
    runs = runs_of((track.zone != 0).astype(np.int8), track.stretches.ids)
    if not len(runs.starts):
        return np.zeros(0, dtype=np.int8)
    high = np.logical_or.reduceat(track.zone > 0, runs.starts)
    low = np.logical_or.reduceat(track.zone < 0, runs.starts)
    return runs.flags((runs.lengths >= rule.length) & high & low)


def zeros(track: Track, rule: Zeros) -> FlagArray:
    """Zeros in a row, too many at the baseline mean (Benneyan 2001): low, events come fast."""
    runs = runs_of((track.value <= track.tolerance).astype(np.int8), track.stretches.ids)
    improbable = track.zero_chance[runs.starts] ** runs.lengths < rule.chance
    return -runs.flags(improbable)


def long_run(track: Track, rule: LongRun) -> FlagArray:
    """Longest run of the phase over its limit (Anhøj and Olesen 2014); the whole phase."""
    found = statistics(track)
    return _phases(found.longest_run > found.longest_run_limit, track)


def few_crossings(track: Track, rule: FewCrossings) -> FlagArray:
    """Crossings of the phase under their limit (Anhøj and Olesen 2014); the whole phase."""
    found = statistics(track)
    return _phases(found.crossings < found.crossings_limit, track)


def _useful(states: FlagArray, ties: Ties) -> BoolArray:
    """(M,) the points that count: all where a tie (state 0) breaks a run."""
    return states != 0 if ties is Ties.PASS_OVER else np.ones(len(states), dtype=bool)


def _placed(flags: FlagArray, where: BoolArray) -> FlagArray:
    placed = np.zeros(len(where), dtype=np.int8)
    placed[where] = flags
    return placed


def _long_runs(holds: BoolArray, track: Track, length: int) -> FlagArray:
    runs = runs_of(holds.astype(np.int8), track.stretches.ids)
    return runs.flags(runs.lengths >= length)


def _sizes(segments: Segments) -> IntArray:
    return np.diff(segments.starts, append=len(segments.ids))


def _phases(hit: BoolArray, track: Track) -> FlagArray:
    return hit[track.phases.ids].astype(np.int8)


RULES = MappingProxyType[type[Rule], Callable[[Track, Any], FlagArray]](
    {
        Outside: outside,
        Shift: shift,
        Trend: trend,
        Beyond: beyond,
        InnerThird: inner_third,
        Alternating: alternating,
        Mixture: mixture,
        Zeros: zeros,
        LongRun: long_run,
        FewCrossings: few_crossings,
    }
)


def flags_of(track: Track, rule: Rule) -> FlagArray:
    """(M,) what one rule flags."""
    return RULES[type(rule)](track, rule)
