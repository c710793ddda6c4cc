"""One series as a chart sees it: a row of months, each with its point or with nothing.

Here: the frozen nouns every figure, sentence, table and CSV file is made from, and how they are
read out of an edition's frames. Not here: drawing (draw.py), words (reports/sentences.py), limits
and rules (reports/spc). A month that nobody sent is a point without a value, so positions on the
axis are the months since the first one drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from itertools import groupby, pairwise, takewhile
from operator import itemgetter
from typing import Any

import polars as pl

from data_contracts.states import PointState
from reports.months import months as months  # read from here as well
from reports.months import number_of
from reports.spc.vocabulary import Assurance, Chart, LimitsStatus, Verdict

HIGH, LOW = 1, -1
EVENT_CHARTS = frozenset({Chart.G, Chart.T})
# Verdicts on a point that is no signal.
QUIET = frozenset({Verdict.NONE, Verdict.COMMON_CAUSE})
TargetAt = Callable[[date], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One month (or one event, on days-between charts) with its limits, state and verdict.

    Values, centre and limits are in the measure's unit, that is, already multiplied.
    """

    period: date
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    lower_2sigma: float | None = None
    upper_2sigma: float | None = None
    target: float | None = None
    phase: int | None = None
    state: PointState | None = None
    provenance: str | None = None
    parts_in: int | None = None
    parts_due: int | None = None
    excluded: bool = False
    verdict: Verdict = Verdict.NONE
    rule: str | None = None
    rule_side: int | None = None

    @property
    def is_solid(self) -> bool:
        """Whether the point counts in limits and rules: final, and not left out by a decision."""
        return self.value is not None and self.is_final and not self.excluded

    @property
    def is_final(self) -> bool:
        """Whether nothing is known that would still change the figure."""
        return self.state in (None, PointState.FINAL)

    @property
    def is_signal(self) -> bool:
        return self.verdict not in QUIET

    @property
    def side(self) -> int:
        """1 above the centre, -1 below, 0 on it or unknown."""
        if self.value is None or self.centre is None:
            return 0
        return (self.value > self.centre) - (self.value < self.centre)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All points of one measure for one unit, in time order, and what the engine says of them.

    `chart`, `assurance`, `limits_status` and `notes` are those of the last phase.
    """

    key: str
    points: tuple[Point, ...]
    chart: str | None = None
    chart_reason: str | None = None
    assurance: Assurance = Assurance.NONE
    limits_status: LimitsStatus = LimitsStatus.NONE
    notes: tuple[str, ...] = ()

    @property
    def last(self) -> Point | None:
        """The last point with a value, whatever its state."""
        return next((p for p in reversed(self.points) if p.value is not None), None)

    @property
    def judged(self) -> Point | None:
        """The last point that rules were applied to: the one the icon speaks of."""
        return next((p for p in reversed(self.points) if p.is_solid), None)

    def since(self, point: Point) -> Point:
        """The first of the unbroken run of points that have a point's verdict, up to it.

        Gaps and hollow points neither belong to the run nor end it.
        """
        before = [p for p in self.points if p.is_solid and p.period <= point.period]
        run = list(takewhile(lambda p: p.verdict == point.verdict, reversed(before)))
        return run[-1] if run else point

    def rule_since(self, point: Point) -> Point:
        """The first of the unbroken run of points that are signals by a point's own rule and side.

        It lies within `since`: a signal may have begun by another rule.
        """
        before = [p for p in self.points if p.is_solid and p.period <= point.period]
        own = (point.verdict, point.rule, point.rule_side)
        run = list(takewhile(lambda p: (p.verdict, p.rule, p.rule_side) == own, reversed(before)))
        return run[-1] if run else point

    @property
    def source_runs(self) -> tuple[tuple[str, tuple[date, ...]], ...]:
        """Where figures come from, in order: each source with its months, until it changes."""
        known = [(p.provenance, p.period) for p in self.points if p.provenance]
        runs = groupby(known, key=itemgetter(0))
        return tuple((source, tuple(month for _, month in run)) for source, run in runs)

    @property
    def current(self) -> tuple[Point, ...]:
        """The points of the last phase; what an earlier one's limits were is history."""
        phase = next((p.phase for p in reversed(self.points) if p.phase is not None), None)
        return tuple(p for p in self.points if p.phase == phase)

    @property
    def judged_now(self) -> Point | None:
        """The last point of the last phase that rules were applied to."""
        return next((p for p in reversed(self.current) if p.is_solid), None)

    @property
    def limited(self) -> Point | None:
        """The last point of the last phase with limits; None on a run chart."""
        return next((p for p in reversed(self.current) if p.upper is not None), None)

    @property
    def centred(self) -> Point | None:
        """The last point of the last phase with a centre line."""
        return next((p for p in reversed(self.current) if p.centre is not None), None)

    @property
    def has_values(self) -> bool:
        return self.last is not None

    @property
    def is_by_event(self) -> bool:
        return self.chart in EVENT_CHARTS

    @property
    def names_source(self) -> bool:
        """Whether readers must be told, point by point, where figures come from."""
        return any(p.provenance not in (None, "reported") for p in self.points)

    def last_months(self, count: int) -> Series:
        """The same series with no more than the last `count` points."""
        return replace(self, points=self.points[-count:])

    def breaks(self) -> tuple[int, ...]:
        """Positions of the first point of every phase but the first."""
        known = [(i, p.phase) for i, p in enumerate(self.points) if p.phase is not None]
        return tuple(b for (_, old), (b, new) in pairwise(known) if old != new)

    def source_changes(self) -> tuple[tuple[int, str], ...]:
        """Positions from which figures come from elsewhere, with the new provenance."""
        known = [(i, p.provenance) for i, p in enumerate(self.points) if p.provenance]
        return tuple((b, new) for (_, old), (b, new) in pairwise(known) if old != new)


def read_series(
    key: str,
    points: pl.DataFrame,
    phases: pl.DataFrame,
    until: date,
    target_at: TargetAt,
) -> Series:
    """One series out of an edition's points and series frames (both may be unfiltered).

    Months without a row become points without a value, through `until`.
    """
    ours = pl.col("series") == key
    found = read_every_series(points.filter(ours), phases.filter(ours), until, lambda _: target_at)
    return found.get(key, Series(key=key, points=()))


def read_every_series(
    points: pl.DataFrame,
    phases: pl.DataFrame,
    until: date,
    target_of: Callable[[str], TargetAt],
) -> dict[str, Series]:
    """All series of the given frames by key, each as read_series reads it, in one pass.

    `target_of` gives the targets of a series by its key.
    """
    facts = _facts_by_series(phases)
    columns = [name for name in _COLUMNS if name in points.columns]
    ordered = points.sort("series", "period", maintain_order=True)
    keys = ordered["series"].to_list()
    cells = [_cells(ordered[name]) for name in columns]
    rows = zip(*cells, strict=True)
    told = groupby(zip(keys, rows, strict=True), key=itemgetter(0))
    return {
        key: _series(
            key,
            (dict(zip(columns, row, strict=True)) for _, row in run),
            facts.get(key, {}),
            until,
            target_of(key),
        )
        for key, run in told
    }


_COLUMNS = tuple(field.name for field in fields(Point) if field.name != "target")
# Most columns may be None; a few have a value that stands for none.
_DEFAULTS = {"excluded": False, "verdict": Verdict.NONE.value}
_ENUMS: Mapping[str, Callable[[str], StrEnum]] = {
    "verdict": Verdict,
    "state": PointState,
    "assurance": Assurance,
    "limits_status": LimitsStatus,
}
_FACTS = ("chart", "chart_reason", "assurance", "limits_status")


def _facts_by_series(phases: pl.DataFrame) -> dict[str, Mapping[str, Any]]:
    """What the engine says of each series' last phase."""
    last = phases.sort("phase", maintain_order=True).unique("series", keep="last")
    return {row["series"]: row for row in last.iter_rows(named=True)}


def _cells(column: pl.Series) -> Sequence[Any]:
    """A column as Point has it. Raises ValueError for a word that its enumeration does not have."""
    name = column.name
    cells = (column.fill_null(_DEFAULTS[name]) if name in _DEFAULTS else column).to_list()
    if name not in _ENUMS:
        return cells
    # Read once for each word: there are a handful of them on hundreds of thousands of points.
    known = {word: _ENUMS[name](word) for word in set(cells) - {None}}
    return [known.get(word) for word in cells]


def _series(
    key: str,
    rows: Iterable[Mapping[str, Any]],
    facts: Mapping[str, Any],
    until: date,
    target_at: TargetAt,
) -> Series:
    series = Series(
        key=key,
        points=tuple(Point(**row, target=target_at(row["period"])) for row in rows),
        **{name: _fact(name, facts[name]) for name in _FACTS if facts.get(name) is not None},
        notes=tuple(facts.get("notes") or ()),
    )
    return series if series.is_by_event else replace(series, points=_by_month(series, until))


def _fact(name: str, fact: Any) -> Any:
    return _ENUMS[name](fact) if name in _ENUMS else fact


def _by_month(series: Series, until: date) -> tuple[Point, ...]:
    points = series.points
    if not points:
        return ()
    count = number_of(until) - number_of(points[0].period) + 1
    if len(points) == count and points[-1].period == until:
        return points
    found = {point.period: point for point in points}
    return tuple(found.get(m, Point(period=m)) for m in months(points[0].period, until))
