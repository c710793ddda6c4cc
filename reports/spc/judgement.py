"""A block of series, from points to verdicts: limits, rules and run statistics of every phase.

Only numbers come out, flat arrays again, under the names of the columns they become. Frames and
words for codes are the business of `analysis`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .choice import CHARTS, Choice, choose
from .families import LIMITS
from .intake import Points
from .limits import Limits
from .plan import Plan
from .profiles import Profile, Rule, rules_on
from .rules import flags_of
from .run_statistics import statistics
from .runs import Track, track
from .suggestions import Suggestions, suggestions
from .verdicts import UNASSURED, UNJUDGED, Signals, assurances, signals
from .vocabulary import (
    BoolArray,
    Chart,
    Direction,
    FlagArray,
    IntArray,
    LimitsStatus,
    Note,
    RuleName,
)

Columns = dict[str, npt.NDArray[Any]]

NAMES = tuple(RuleName)
STATUSES = tuple(LimitsStatus)
NOTES = tuple(Note)

# What stands for null among small integers: a rule the chart does not have, or none that fired.
ABSENT = np.int8(-128)

# A large range or sd is no better or worse in itself, whatever the direction of the measure.
_OF_SPREAD = frozenset({Chart.MR, Chart.S})
_LIMITS_NEED_VALUE = frozenset({Chart.P, Chart.U, Chart.P_PRIME, Chart.U_PRIME, Chart.I_PRIME})


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """The points of segments that get the same kind of chart; `silent`: without rules."""

    points: Points
    choice: Choice
    plan: Plan
    chart: Chart
    silent: bool

    @property
    def profile(self) -> Profile:
        return self.plan.run_profile if self.chart is Chart.RUN else self.plan.profile

    @property
    def rules(self) -> tuple[Rule, ...]:
        if self.silent:
            return ()
        return rules_on(self.chart, self.plan.profile, self.plan.run_profile)

    @property
    def direction(self) -> Direction:
        spread = self.plan.chart in _OF_SPREAD
        return Direction.NEUTRAL if spread else self.plan.direction


def judge(points: Points, plan: Plan) -> tuple[Columns, Columns, Columns]:
    """Columns of the N points, of the S segments and of the F suggestions of one plan.

    All are codes and numbers.

    Lines are not multiplied; NaN and ABSENT stand for null. verdict, rule, chart, chart_reason,
    variation, assurance and limits_status are places in the tuples of their enumeration.
    """
    whole, phases = len(points.value), points.segments.count
    of_points: list[tuple[IntArray, Columns]] = []
    of_series: list[tuple[IntArray, Columns]] = []
    suggested: list[Columns] = []
    with np.errstate(divide="ignore", invalid="ignore"):
        choice = choose(points, plan)
        for chart, silent, wanted in _groups(choice):
            group, rows = points.only(wanted)
            part = _Group(group, choice.only(wanted), plan, chart, silent)
            point_columns, series_columns, found = _judge_group(part)
            of_points.append((rows, point_columns))
            of_series.append((np.flatnonzero(wanted), series_columns))
            if found is not None:
                suggested.append({"row": rows[found.rows]} | found.columns())
    return _together(of_points, whole), _together(of_series, phases), _one_below_another(suggested)


def _groups(choice: Choice) -> Iterator[tuple[Chart, bool, BoolArray]]:
    """Segments of one kind of chart, with and without rules, apart; one group for no segments."""
    kind = 2 * choice.chart + choice.silent
    for each in np.unique(kind) if len(kind) else (0,):
        yield CHARTS[each // 2], bool(each % 2), kind == each


def _together(parts: list[tuple[IntArray, Columns]], size: int) -> Columns:
    """The columns of all parts, each at its places among `size`."""
    if len(parts) == 1:
        return parts[0][1]
    merged: Columns = {}
    for places, columns in parts:
        for name, column in columns.items():
            empty = ABSENT if name in NAMES else 0
            shape = (size, *column.shape[1:])
            merged.setdefault(name, np.full(shape, empty, column.dtype))[places] = column
    return merged


def _one_below_another(parts: list[Columns]) -> Columns:
    """All suggestions, by the row of their first point."""
    if not parts:
        return {}
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(columns["row"])
    return {name: column[order] for name, column in columns.items()}


def _judge_group(group: _Group) -> tuple[Columns, Columns, Suggestions | None]:
    points = group.points
    limits = _limits(group)
    judged = track(points, limits, gaps_break=group.profile.gaps_break)
    rules = group.rules
    flags = [flags_of(judged, rule) for rule in rules]
    found = signals(
        rules,
        flags,
        len(judged.value),
        group.direction,
        improvement_first=group.profile.improvement_first,
    )
    of_points = _line_columns(limits) | _flag_columns(group, rules, flags, judged)
    of_points |= _signal_columns(rules, found, judged, len(points.value))
    of_series = _run_columns(group, judged) | _status_columns(group, limits)
    of_series |= _last_columns(group, limits, of_points["verdict"])
    return of_points, of_series, _suggested(group, limits, judged)


def _suggested(group: _Group, limits: Limits, judged: Track) -> Suggestions | None:
    plan = group.plan
    if plan.suggest is None or plan.baseline is None:
        return None
    return suggestions(group.points, limits, judged, group.choice, plan.suggest)


def _limits(group: _Group) -> Limits:
    """Limits of the chart; on the centre itself where all values of a phase are equal."""
    points, chart = group.points, group.chart
    limits = LIMITS[chart](points, group.plan)
    equal = group.choice.all_equal[points.segments.ids]
    if chart is Chart.RUN or not equal.any():
        return limits
    here = np.where(np.isnan(points.value), np.nan, 1.0) if chart in _LIMITS_NEED_VALUE else 1.0
    flat = limits.centre * here
    return replace(
        limits,
        lower=np.where(equal, flat, limits.lower),
        upper=np.where(equal, flat, limits.upper),
        sigma_z=np.where(group.choice.all_equal, np.nan, limits.sigma_z),
        screened=limits.screened & ~group.choice.all_equal,
    )


def _line_columns(limits: Limits) -> Columns:
    return {
        "centre": limits.centre,
        "lower": limits.lower[2],
        "upper": limits.upper[2],
        "lower_2sigma": limits.lower[1],
        "upper_2sigma": limits.upper[1],
    }


def _flag_columns(
    group: _Group, rules: tuple[Rule, ...], flags: list[FlagArray], judged: Track
) -> Columns:
    """One column for each name of a rule; two rules of one name share it, the first leads."""
    size = len(group.points.value)
    columns: Columns = {}
    for rule, flag in zip(rules, flags, strict=True):
        column = columns.setdefault(rule.name, np.zeros(size, dtype=np.int8))
        before = column[judged.rows]
        column[judged.rows] = np.where(before == 0, flag, before) if before.any() else flag
    return columns


def _signal_columns(rules: tuple[Rule, ...], found: Signals, judged: Track, size: int) -> Columns:
    # Looked up by place; the last, reached from the end by -1, is no rule.
    names = np.array([*(NAMES.index(rule.name) for rule in rules), ABSENT], dtype=np.int8)
    columns: Columns = {
        "signal": np.zeros(size, dtype=np.int8),
        "improvement": np.zeros(size, dtype=np.int8),
        "concern": np.zeros(size, dtype=np.int8),
        "verdict": np.full(size, UNJUDGED),
        "rule": np.full(size, ABSENT),
        "rule_side": np.full(size, ABSENT),
    }
    if rules:
        columns["signal"][judged.rows] = found.first >= 0
        columns["improvement"][judged.rows] = found.improvement
        columns["concern"][judged.rows] = found.concern
        columns["verdict"][judged.rows] = found.verdict
        columns["rule"][judged.rows] = names[found.first]
        columns["rule_side"][judged.rows] = np.where(found.first >= 0, found.side, ABSENT)
    return columns


def _run_columns(group: _Group, judged: Track) -> Columns:
    """Run statistics of all segments; NaN where there is no judged point, and on mr."""
    count = group.points.segments.count
    places = group.points.segments.ids[judged.rows][judged.phases.starts]
    found = statistics(judged)
    columns: Columns = {}
    for name in ("n_useful", "longest_run", "longest_run_limit", "crossings", "crossings_limit"):
        columns[name] = np.full(count, np.nan)
        if group.plan.chart is not Chart.MR:
            columns[name][places] = getattr(found, name)
    return columns


def _status_columns(group: _Group, limits: Limits) -> Columns:
    segments, choice = group.points.segments, group.choice
    drawn = segments.number(~np.isnan(limits.upper[2])) > 0
    trial = drawn & (choice.n < group.plan.trial_points)
    status = np.full(segments.count, STATUSES.index(LimitsStatus.NONE), dtype=np.int8)
    status[drawn] = STATUSES.index(LimitsStatus.FULL)
    status[trial] = STATUSES.index(LimitsStatus.TRIAL)
    return {
        "chart": choice.chart,
        "chart_reason": choice.reason,
        "n": choice.n,
        "sigma_z": limits.sigma_z,
        "limits_status": status,
        "notes": _notes(group, limits, drawn, trial),
    }


def _notes(group: _Group, limits: Limits, drawn: BoolArray, trial: BoolArray) -> BoolArray:
    """(S, notes) what to say of each segment, in order of NOTES."""
    points, chart, choice = group.points, group.chart, group.choice
    count = points.segments.count
    none, every = np.zeros(count, dtype=bool), np.ones(count, dtype=bool)
    zeros = points.segments.number(points.is_real & (points.value == 0)) > 0
    often = chart is Chart.RUN and group.plan.run_profile.often_signals
    said = choice.notes | {
        Note.TRIAL_LIMITS: trial,
        Note.NO_RANGES: ~drawn if chart.is_screened or chart is Chart.MR else none,
        Note.RANGES_SCREENED: limits.screened,
        Note.SIGMA_Z_BELOW_ONE: limits.sigma_z < 1,
        Note.ZERO_TIME: zeros if group.plan.chart is Chart.T else none,
        Note.RUN_RULES_OFTEN_SIGNAL: every if often else none,
        Note.NO_REASON: points.segments.number(points.unexplained) > 0,
    }
    return np.column_stack([said[note] for note in NOTES])


def _last_columns(group: _Group, limits: Limits, verdict: FlagArray) -> Columns:
    """Variation and assurance: of the last real point of each segment."""
    points = group.points
    last = points.segments.last(points.is_real)
    assurance = assurances(
        points.target[last] / group.plan.multiplier,
        limits.lower[2][last],
        limits.upper[2][last],
        points.tolerance[points.segments.starts],
        group.direction,
    )
    # Position -1 (no real point) reads the last of all points: put right here.
    none = last < 0
    return {
        "variation": np.where(none, UNJUDGED, verdict[last]),
        "assurance": np.where(none, UNASSURED, assurance),
    }
