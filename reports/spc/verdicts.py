"""What flags mean: a verdict for each point, and the target against the limits.

Decided by values: the side of a rule against the direction that is better. Words live elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .profiles import Beyond, Outside, Rule, Shift, Trend, Zeros
from .vocabulary import Assurance, BoolArray, Direction, FlagArray, FloatArray, Verdict

VERDICTS = tuple(Verdict)
ASSURANCES = tuple(Assurance)
UNJUDGED = np.int8(VERDICTS.index(Verdict.NONE))
UNASSURED = np.int8(ASSURANCES.index(Assurance.NONE))

_SIDED = (Outside, Shift, Trend, Beyond, Zeros)
_BETTER = MappingProxyType({Direction.UP: 1, Direction.DOWN: -1, Direction.NEUTRAL: 0})


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """(M,) each. first: place of the first rule that fired among the rules, -1 for none.

    side: of that rule, 0 where it has none. verdict: place in VERDICTS.
    """

    first: FlagArray
    side: FlagArray
    improvement: BoolArray
    concern: BoolArray
    verdict: FlagArray


def signals(
    rules: Sequence[Rule],
    flags: Sequence[FlagArray],
    count: int,
    direction: Direction,
    *,
    improvement_first: bool,
) -> Signals:
    """What the flags of `rules`, each (count,), say together; the first rule gives the verdict."""
    better = _BETTER[direction]
    first, side = np.full(count, -1, dtype=np.int8), np.zeros(count, dtype=np.int8)
    improvement, concern = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    for place in reversed(range(len(rules))):
        fired = np.flatnonzero(flags[place])
        shown = flags[place][fired] if isinstance(rules[place], _SIDED) else np.int8(0)
        first[fired], side[fired] = place, shown
        if better:
            improvement[fired] |= shown == better
            concern[fired] |= shown == -better
    verdict = _verdicts(first, side, better)
    if improvement_first:
        verdict[improvement] = VERDICTS.index(Verdict.IMPROVEMENT)
    return Signals(first, side, improvement, concern, verdict)


def _verdicts(first: FlagArray, side: FlagArray, better: int) -> FlagArray:
    """(M,) places in VERDICTS, from the first rule of each point alone."""
    high, low = (
        (Verdict.CHANGE_HIGH, Verdict.CHANGE_LOW),
        (Verdict.IMPROVEMENT, Verdict.CONCERN),
        (Verdict.CONCERN, Verdict.IMPROVEMENT),
    )[better]
    # Looked up by side: 0, 1 and, from the end, -1.
    table = np.array([VERDICTS.index(v) for v in (Verdict.CHANGE, high, low)], dtype=np.int8)
    return np.where(first < 0, np.int8(VERDICTS.index(Verdict.COMMON_CAUSE)), table[side])


def assurances(
    target: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    tolerance: FloatArray,
    direction: Direction,
) -> FlagArray:
    """(S,) places in ASSURANCES of targets against limits; on a limit is hit or miss.

    None without a target, without limits, or where no direction is better.
    """
    beyond = (target < lower - tolerance).astype(np.int8) - (target > upper + tolerance)
    table = (Assurance.HIT_OR_MISS, Assurance.ACHIEVED, Assurance.MISSED)
    places = np.array([ASSURANCES.index(each) for each in table], dtype=np.int8)
    known = ~np.isnan(target) & ~np.isnan(lower) & ~np.isnan(upper)
    found = places[beyond * np.int8(_BETTER[direction])]
    return np.where(known & (direction is not Direction.NEUTRAL), found, UNASSURED)
