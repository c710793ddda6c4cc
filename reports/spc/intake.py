"""From a frame of points to flat arrays: checked, sorted, cut into series and phases.

What is refused is refused here, with ValueError; everything after this module trusts its input.
No statistics belong here, except that the rows of one period become one subgroup.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from .plan import Plan
from .segments import Segments
from .values import of_points
from .vocabulary import BoolArray, Chart, FloatArray, IntArray, Unexplained

SUBGROUP_CHARTS = (Chart.XBAR, Chart.S)
# Points whose distance from a line is rounding only lie on it, whatever the scale of the measure.
TIE = 1e-12

_OF_CASES = frozenset({Chart.P, Chart.NP, Chart.P_PRIME})
_OF_COUNTS = _OF_CASES | {Chart.C, Chart.U, Chart.U_PRIME, Chart.C_PRIME, Chart.G, Chart.T}

_OPTIONAL = {
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "phase_start": pl.Boolean,
    "exclude": pl.Boolean,
    "reason": pl.String,
    "target": pl.Float64,
    "plan": pl.String,
}


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The points of one plan as flat arrays, in order of series and period.

    All are (N,). y, n: numerator and denominator (on subgroup charts mean and size), NaN where
    missing; spread: sd of a subgroup; value: what the chart plots, not multiplied, NaN where
    missing; measured: has a value (on mr: the value the range is taken from);
    in_baseline: among the first k rows of the phase; target: multiplied. is_real: has a value and
    is not left out; unexplained: begins a phase or is left out without a reason; used: sets the
    limits, real and in the baseline; phase: from 1 in each series; tolerance: two values nearer
    than this tie, 1e-12 of the largest absolute value of the phase.
    """

    y: FloatArray
    n: FloatArray
    spread: FloatArray
    value: FloatArray
    measured: BoolArray
    excluded: BoolArray
    unexplained: BoolArray
    in_baseline: BoolArray
    target: FloatArray
    is_real: BoolArray
    used: BoolArray
    phase: IntArray
    tolerance: FloatArray
    segments: Segments

    def only(self, wanted: BoolArray) -> tuple["Points", IntArray]:
        """The points of the segments where `wanted` (S,) holds, and their positions."""
        if wanted.all():
            return self, np.arange(len(self.value))
        segments, rows = self.segments.only(wanted)
        return self._at(rows, segments), rows

    def _at(self, rows: IntArray | slice, segments: Segments) -> "Points":
        arrays = {name: getattr(self, name)[rows] for name in _ARRAYS}
        return Points(segments=segments, **arrays)


_ARRAYS = (
    "y",
    "n",
    "spread",
    "value",
    "measured",
    "excluded",
    "unexplained",
    "in_baseline",
    "target",
    "is_real",
    "used",
    "phase",
    "tolerance",
)


def read(points: pl.DataFrame, plans: Plan | Mapping[str, Plan]) -> list[tuple[Plan, pl.DataFrame]]:
    """Checked and sorted rows, one frame for each distinct plan.

    Columns: series, period, first (of its series), y, n, spread, phase_start, exclude, unexplained,
    target. Raises ValueError for missing columns, unknown plans, duplicate periods, impossible
    numbers, new phases and ghosts without a reason.
    """
    rows = _normal(points)
    _check_numbers(rows)
    parts = _by_plan(rows, plans)
    parts = [(plan, _subgroups(part) if _has_subgroups(plan) else part) for plan, part in parts]
    parts = [(plan, part.with_columns(_is_unexplained())) for plan, part in parts]
    for plan, part in parts:
        _check_periods(part)
        _check_counts(part, plan.chart)
        if plan.unexplained is Unexplained.REFUSED:
            _check_reasons(part)
    return parts


def blocks(rows: pl.DataFrame, size: int) -> Iterator[pl.DataFrame]:
    """The rows of `size` series at a time; one empty block for no rows."""
    starts = np.flatnonzero(rows["first"].to_numpy())[::size].tolist() or [0]
    for start, stop in pairwise([*starts, len(rows)]):
        yield rows[start:stop]


def as_arrays(rows: pl.DataFrame, plan: Plan) -> Points:
    """Rows of whole series of one plan as flat arrays, with the values its chart plots."""
    first = rows["first"].to_numpy()
    segments = Segments.beginning(first | rows["phase_start"].to_numpy())
    columns = {name: rows[name].to_numpy() for name in ("y", "n", "spread", "target")}
    k = plan.baseline
    value = of_points(plan.chart, rows, segments)
    is_range = plan.chart is Chart.MR
    measured = ~np.isnan(of_points(Chart.I, rows, segments) if is_range else value)
    excluded = rows["exclude"].to_numpy()
    is_real = ~np.isnan(value) & ~excluded
    in_baseline = np.ones(len(rows), dtype=bool) if k is None else segments.position() < k
    largest = segments.highest(np.abs(value), is_real)
    return Points(
        **columns,
        value=value,
        measured=measured,
        excluded=excluded,
        unexplained=rows["unexplained"].to_numpy(),
        in_baseline=in_baseline,
        is_real=is_real,
        used=is_real & in_baseline,
        phase=_phases(first, segments),
        tolerance=segments.spread(TIE * np.maximum(largest, 0)),
        segments=segments,
    )


def _normal(points: pl.DataFrame) -> pl.DataFrame:
    """The same columns, of the same types, whatever was given; sorted."""
    for name in ("series", "period"):
        if name not in points.columns:
            raise ValueError(f"the points have no column {name!r}")
    if points["series"].null_count() or points["period"].null_count():
        raise ValueError("every point needs a series and a period")
    if "value" in points.columns and "numerator" not in points.columns:
        points = points.rename({"value": "numerator"})
    if "numerator" not in points.columns:
        raise ValueError("the points have neither a column 'numerator' nor a column 'value'")
    given = [pl.col(name).cast(kind) for name, kind in _OPTIONAL.items() if name in points.columns]
    rows = _sorted(points.select(pl.col("series").cast(pl.String), "period", *given))
    # Added when the rest is in order: sorting takes longer the more columns there are.
    absent = [
        pl.lit(None, kind).alias(name) for name, kind in _OPTIONAL.items() if name not in rows
    ]
    return rows.with_columns(absent).select(
        "series",
        "period",
        "first",
        pl.col("numerator").fill_null(np.nan).alias("y"),
        pl.col("denominator").fill_null(np.nan).alias("n"),
        pl.lit(np.nan).alias("spread"),
        pl.col("phase_start").fill_null(False),
        pl.col("exclude").fill_null(False),
        (pl.col("reason").str.strip_chars() != "").fill_null(False).alias("explained"),
        pl.col("target").fill_null(np.nan),
        "plan",
    )


def _is_unexplained() -> pl.Expr:
    """A series' first phase needs no reason."""
    decided = (pl.col("phase_start") & ~pl.col("first")) | pl.col("exclude")
    return (decided & ~pl.col("explained")).alias("unexplained")


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    """By series and period, with the column first; most frames are sorted when they come."""
    series, period = pl.col("series"), pl.col("period")
    new = (series != series.shift()).fill_null(True)
    rows = rows.with_columns(first=new)
    in_order = rows.select((pl.col("first") | (period >= period.shift())).all()).item()
    if in_order and rows.filter("first")["series"].is_sorted():
        return rows
    return rows.sort("series", "period", maintain_order=True).with_columns(first=new)


def _check_numbers(rows: pl.DataFrame) -> None:
    y, n = pl.col("y"), pl.col("n")
    _refuse(rows, "an infinite numerator or denominator", y.is_infinite() | n.is_infinite())
    _refuse(rows, "a negative denominator", n < 0)
    _refuse(rows, "a numerator over a denominator of 0", (n == 0) & y.is_not_nan() & (y != 0))


def _check_counts(rows: pl.DataFrame, chart: Chart) -> None:
    """Events cannot be fewer than none, nor cases with something more than all cases."""
    y, n = pl.col("y"), pl.col("n")
    if chart in _OF_COUNTS:
        _refuse(rows, "a negative count or time", y < 0)
    if chart in _OF_CASES:
        _refuse(rows, "a numerator above its denominator", y.is_not_nan() & (y > n))


def _check_reasons(rows: pl.DataFrame) -> None:
    """Whoever moves limits or leaves a point out says why, or it is not done."""
    unexplained = pl.col("unexplained")
    _refuse(rows, "no reason for being left out", unexplained & pl.col("exclude"))
    _refuse(rows, "no reason for beginning a new phase", unexplained)


def _refuse(rows: pl.DataFrame, what: str, holds: pl.Expr) -> None:
    found = rows.filter(holds).head(1)
    if len(found):
        raise ValueError(f"{_place(found)} has {what}")


def _by_plan(
    rows: pl.DataFrame, plans: Plan | Mapping[str, Plan]
) -> list[tuple[Plan, pl.DataFrame]]:
    """Rows of equal plans together: many series of one measure are one piece of work."""
    if isinstance(plans, Plan):
        return [(plans, rows.drop("plan"))]
    if rows.is_empty():
        return [(Plan(chart=Chart.RUN), rows.drop("plan"))]
    keys = rows["plan"].unique().to_list()
    for key in keys:
        if key not in plans:
            raise ValueError(f"there is no plan {key!r} among those given")
    distinct = list(dict.fromkeys(plans[key] for key in sorted(keys)))
    numbers = {key: distinct.index(plans[key]) for key in keys}
    rows = rows.with_columns(pl.col("plan").replace_strict(numbers, return_dtype=pl.UInt32))
    mixed = rows.filter(~pl.col("first") & (pl.col("plan") != pl.col("plan").shift()))
    if len(mixed):
        raise ValueError(f"series {mixed['series'][0]!r} has more than one plan")
    return [(plan, rows.filter(pl.col("plan") == i)) for i, plan in enumerate(distinct)]


def _check_periods(rows: pl.DataFrame) -> None:
    same = pl.col("period") == pl.col("period").shift()
    twice = rows.filter(~pl.col("first") & same).head(1)
    if len(twice):
        raise ValueError(f"{_place(twice)} is there more than once; each period may have one row")


def _place(row: pl.DataFrame) -> str:
    return f"series {row['series'][0]!r}, period {row['period'][0]}"


def _has_subgroups(plan: Plan) -> bool:
    return plan.chart in SUBGROUP_CHARTS


def _subgroups(rows: pl.DataFrame) -> pl.DataFrame:
    """One row for each series and period: mean, size and sd of its observations.

    A subgroup without observations stays, as a missing point; one observation left out by a
    decision leaves out the subgroup.
    """
    seen = pl.col("y").filter(pl.col("y").is_not_nan())
    return rows.group_by("series", "period", maintain_order=True).agg(
        seen.mean().fill_null(np.nan).alias("y"),
        seen.len().cast(pl.Float64).alias("n"),
        seen.std().fill_null(np.nan).alias("spread"),
        pl.col("first", "phase_start", "exclude", "explained").any(),
        pl.col("target").first(),
    )


def _phases(first: BoolArray, segments: Segments) -> IntArray:
    """(N,) phases counted from 1 in each series; its first row begins the first phase."""
    before = np.maximum.accumulate(np.where(first, segments.ids, 0))
    return segments.ids - before + 1
