"""Whether a series has a verdict for the month it ends with, and which.

Belongs here: the one answer that sentences, charts, tables and cells share, so that no page tells
an older month's verdict as that of its own month. Does not belong here: verdicts on single points
(reports/spc) and words. A series ends with its edition's month: reading fills the gaps.
"""

from __future__ import annotations

from enum import StrEnum

from data_contracts.states import PointState
from reports.figures.series import Point, Series
from reports.spc.vocabulary import Verdict

ENOUGH_FOR_LIMITS = 12
# Concerns first, then improvements: the order in which a reader acts.
ORDER = (
    Verdict.CONCERN, Verdict.IMPROVEMENT, Verdict.CHANGE, Verdict.COMMON_CAUSE, Verdict.NONE,
)  # fmt: skip
SIGNALS = frozenset({Verdict.CONCERN, Verdict.IMPROVEMENT, Verdict.CHANGE})


class Standing(StrEnum):
    """Whether a series has a verdict now, and if not, why.

    HOLLOW: the last value does not count (yet). GAP: the last month has no value. NEVER: none has.
    """

    JUDGED = "judged"
    TOO_FEW = "too_few"
    NOT_JUDGED = "not_judged"
    HOLLOW = "hollow"
    GAP = "gap"
    NEVER = "never"


def standing(series: Series) -> Standing:
    """How a series stands. One by event has no months to miss."""
    last, judged = series.last, series.judged
    if last is None:
        return Standing.NEVER
    if not series.is_by_event and last is not series.points[-1]:
        return Standing.GAP
    # A measure that matures late is judged on the months before.
    is_maturing = last.state == PointState.IMMATURE and judged is not None
    if not last.is_solid and not is_maturing:
        return Standing.HOLLOW
    if judged is None or judged.verdict == Verdict.NONE:
        return Standing.NOT_JUDGED
    return Standing.TOO_FEW if _is_too_short(series) else Standing.JUDGED


def told_now(series: Series) -> Point | None:
    """The point whose figure opens what is told: the judged one, or the last one without a verdict.

    A figure that is not final yet is younger than the one that was judged, and often far off it.
    """
    return series.judged if standing(series) is Standing.JUDGED else series.last


def verdict_now(series: Series) -> Verdict:
    """What a series says now, with the side of a change; none where nothing is judged now."""
    judged = series.judged
    return judged.verdict if judged and standing(series) is Standing.JUDGED else Verdict.NONE


def kind_now(series: Series) -> Verdict:
    """concern, improvement, change, common_cause, or none where nothing is judged now."""
    return verdict_kind(verdict_now(series))


def side_now(series: Series) -> int:
    """1 or -1 for a signal on one side, which points the arrow of an icon; else 0."""
    judged = series.judged
    is_told = judged is not None and standing(series) is Standing.JUDGED
    return (judged.rule_side or 0) if judged and is_told else 0


def has_signal(series: Series) -> bool:
    """Whether a series shows concern, improvement or change now."""
    return kind_now(series) in SIGNALS


def rank(series: Series) -> int:
    """0 for a concern, 4 for a series without a verdict."""
    return ORDER.index(kind_now(series))


def verdict_kind(verdict: Verdict) -> Verdict:
    """A verdict without its side: change_high and change_low are changes."""
    is_change = verdict in (Verdict.CHANGE_HIGH, Verdict.CHANGE_LOW)
    return Verdict.CHANGE if is_change else verdict


def _is_too_short(series: Series) -> bool:
    """Few points in the last phase and no signal: a run chart can already show one."""
    values = sum(point.value is not None for point in series.current)
    judged = series.judged_now
    return values < ENOUGH_FOR_LIMITS and not (judged is not None and judged.is_signal)
