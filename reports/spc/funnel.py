"""Funnels: the units of one time compared with each other, in one call.

Columns are put together and named here; distributions are in `funnel_families`, lines in
`funnel_limits`, over-dispersion in `funnel_dispersion`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl

from .funnel_dispersion import Dispersion, dispersion
from .funnel_families import FAMILIES, Family
from .funnel_intake import Units, read
from .funnel_limits import HIGH, LOW, Expected, lines, sides
from .funnel_plan import FunnelKind, FunnelNote, FunnelPlan, Place
from .vocabulary import BoolArray, Direction, FloatArray, IntArray, Verdict

LINES = ("lower_95", "upper_95", "lower_998", "upper_998")
# Lines reach a little further than the smallest and the largest unit.
REACH = 1.1
# Beyond it counts are no longer told apart, and no line would be found.
MOST_EXPECTED = 1e12

# What lying low and lying high mean.
_MEANINGS: Mapping[Direction, tuple[Verdict, Verdict]] = MappingProxyType(
    {
        Direction.UP: (Verdict.CONCERN, Verdict.IMPROVEMENT),
        Direction.DOWN: (Verdict.IMPROVEMENT, Verdict.CONCERN),
        Direction.NEUTRAL: (Verdict.CHANGE_LOW, Verdict.CHANGE_HIGH),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """What was found. Columns, types and units are in this folder's README.

    points: one row for each unit, by group and else as given. lines: the control lines of each
    group along denominators. summary: one row for each group.
    """

    points: pl.DataFrame
    lines: pl.DataFrame
    summary: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """(S,) each: what all units of a funnel share. tau2: 0 where the lines are not adjusted.

    can_vary: has units with a place, and a target at which counts differ by chance.
    """

    target: FloatArray
    can_vary: BoolArray
    dispersion: Dispersion
    tau2: FloatArray


def funnel(units: pl.DataFrame, plan: FunnelPlan) -> Funnel:
    """Places, lines and verdicts of the units of any number of funnels in one call.

    units: unit, numerator (events, cases, observed), denominator (exposure, all cases, expected);
    as wanted group, for one funnel each. A unit of 0/0, or without one of its numbers, has no
    place. Raises ValueError naming the unit for a unit twice, numbers that are negative, not
    finite or no whole counts, a numerator over a denominator of 0 or, of proportions, above it.
    """
    read_units = read(units, plan.kind)
    setting = _setting(read_units, plan)
    return Funnel(
        points=_points(read_units, setting, plan),
        lines=_lines(read_units, setting, plan),
        summary=_summary(read_units, setting, plan),
    )


def _setting(units: Units, plan: FunnelPlan) -> _Setting:
    segments, placed = units.segments, units.placed
    family = FAMILIES[plan.kind]
    target = np.full(segments.count, plan.given_target or np.nan)
    if plan.given_target is None:
        with np.errstate(invalid="ignore"):
            target = segments.sum(units.y, placed) / segments.sum(units.n, placed)
    can_vary = (segments.number(placed) > 0) & (target > 0) & (target < family.most)
    judged = placed & segments.spread(can_vary)
    expected = _expected(units, np.flatnonzero(judged), family, target, np.zeros_like(target))
    _check_expected(units, judged, target)
    z, error = (np.full(len(placed), np.nan) for _ in range(2))
    z[judged], error[judged] = expected.z(units.y[judged]), expected.error()
    found = dispersion(z, error, judged, segments, plan.winsorised)
    applied = np.nan_to_num(found.tau2) if plan.adjust else np.zeros_like(target)
    return _Setting(target, can_vary, found, applied)


def _check_expected(units: Units, judged: BoolArray, target: FloatArray) -> None:
    too_many = judged & (units.n * units.segments.spread(target) > MOST_EXPECTED)
    if too_many.any():
        unit = units.given["unit"][int(too_many.argmax())]
        raise ValueError(f"unit {unit!r} has an expected count above {MOST_EXPECTED:g}")


def _points(units: Units, setting: _Setting, plan: FunnelPlan) -> pl.DataFrame:
    placed, segments = units.placed, units.segments
    judged = np.flatnonzero(placed & segments.spread(setting.can_vary))
    numbers = {name: np.full(len(placed), np.nan) for name in (*LINES, "z", "z_adjusted")}
    chances = {name: np.where(placed, 1.0, np.nan) for name in ("chance_low", "chance_high")}
    # Where nothing can vary, no unit is special, and every unit is too small to tell.
    flags = {name: np.where(placed, 0.0, np.nan) for name in ("side_95", "side_998")}
    flags |= {"too_small": np.where(placed, 1.0, np.nan)}
    columns = numbers | chances | flags
    for name, found in _judged(units, judged, setting, plan).items():
        columns[name][judged] = found
    target = np.where(placed, segments.spread(setting.target), np.nan)
    columns |= {"value": units.y / units.n, "target": target}
    for name in ("value", "target", *LINES):
        columns[name] = columns[name] * plan.multiplier
    columns["expected"] = np.where(placed, segments.spread(setting.target) * units.n, np.nan)
    frame = units.given.hstack(pl.DataFrame(columns, nan_to_null=True))
    return frame.select(*_point_columns(plan.direction))


def _judged(
    units: Units, rows: IntArray, setting: _Setting, plan: FunnelPlan
) -> dict[str, FloatArray]:
    """Columns of the units at `rows`, which have a place in a funnel whose counts can vary."""
    family, target, y = FAMILIES[plan.kind], setting.target, units.y[rows]
    drawn_by = _expected(units, rows, family, target, setting.tau2)
    unadjusted = _expected(units, rows, family, target, np.zeros_like(target))
    adjusted = _expected(units, rows, family, target, np.nan_to_num(setting.dispersion.tau2))
    drawn = lines(drawn_by, plan.limits)
    side_95, side_998 = sides(drawn_by, plan.limits, y)
    return _drawable(drawn, family) | {
        "side_95": side_95,
        "side_998": side_998,
        "too_small": _is_too_small(drawn[0, 1], drawn_by),
        "chance_low": unadjusted.tail(y, LOW),
        "chance_high": unadjusted.tail(y, HIGH),
        "z": unadjusted.z(y),
        "z_adjusted": adjusted.z(y),
    }


def _expected(
    units: Units, rows: IntArray, family: Family, target: FloatArray, tau2: FloatArray
) -> Expected:
    """Of the units at `rows`; target, tau2 (S,)."""
    ids = units.segments.ids[rows]
    return Expected(family, units.n[rows], target[ids], tau2[ids])


def _is_too_small(upper_95: FloatArray, expected: Expected) -> BoolArray:
    """(N,) whether twice the expected count would still lie within the upper 95 % line."""
    highest = np.where(np.isnan(upper_95), expected.family.most, upper_95)
    return 2 * expected.target <= highest


def _drawable(drawn: FloatArray, family: Family) -> dict[str, FloatArray]:
    """Lines by name, without those above the largest value, which no unit can cross."""
    drawn = np.where(drawn > family.most, np.nan, drawn)
    return dict(zip(LINES, drawn.reshape(len(LINES), -1), strict=True))


def _point_columns(direction: Direction) -> list[pl.Expr]:
    """What `points` has, in order. Empty is null; a unit without a place has the verdict none."""
    inner, outer = pl.col("side_95").cast(pl.Int8), pl.col("side_998").cast(pl.Int8)
    place = (
        pl.when(outer != 0)
        .then(pl.lit(Place.BEYOND_998.value))
        .when(inner != 0)
        .then(pl.lit(Place.BEYOND_95.value))
        .when(inner == 0)
        .then(pl.lit(Place.WITHIN.value))
    )
    return [
        pl.col("group", "unit", "numerator", "denominator", "value", "expected", "target"),
        pl.col(*LINES, "chance_low", "chance_high", "z", "z_adjusted"),
        place.alias("place"),
        inner.alias("side"),
        _verdict(inner, direction).alias("verdict_95"),
        _verdict(outer, direction).alias("verdict_998"),
        (pl.col("too_small") == 1).alias("too_small"),
    ]


def _verdict(side: pl.Expr, direction: Direction) -> pl.Expr:
    low, high = _MEANINGS[direction]
    table = {-1: low.value, 0: Verdict.COMMON_CAUSE.value, 1: high.value}
    return side.replace_strict(table, default=Verdict.NONE.value, return_dtype=pl.String)


def _lines(units: Units, setting: _Setting, plan: FunnelPlan) -> pl.DataFrame:
    """The lines of every funnel that has any, at denominators in even ratios."""
    grid = _grid(units, setting, plan)
    ids, n = grid["id"].to_numpy(), grid["denominator"].to_numpy()
    family, target = FAMILIES[plan.kind], setting.target[ids]
    drawn = lines(Expected(family, n, target, setting.tau2[ids]), plan.limits)
    columns = _drawable(drawn, family) | {"target": target}
    found = pl.DataFrame({name: value * plan.multiplier for name, value in columns.items()})
    return pl.DataFrame(
        {
            "group": units.given["group"].gather(units.segments.starts[ids]),
            "denominator": n,
            "target": found["target"],
            **{name: found[name].fill_nan(None) for name in LINES},
        }
    )


def _grid(units: Units, setting: _Setting, plan: FunnelPlan) -> pl.DataFrame:
    """id of the funnel and denominator; whole numbers for proportions, each once."""
    ids = np.flatnonzero(setting.can_vary)
    least = units.segments.lowest(units.n, units.placed)[ids] / REACH
    most = units.segments.highest(units.n, units.placed)[ids] * REACH
    if plan.kind is FunnelKind.PROPORTION:
        least, most = np.maximum(1, np.floor(least)), np.ceil(most)
    steps = np.linspace(0, 1, plan.line_points)
    n = least[:, None] * (most / least)[:, None] ** steps
    if plan.kind is FunnelKind.PROPORTION:
        n = np.round(n)
    grid = pl.DataFrame({"id": np.repeat(ids, plan.line_points), "denominator": n.ravel()})
    return grid.unique(maintain_order=True)


def _summary(units: Units, setting: _Setting, plan: FunnelPlan) -> pl.DataFrame:
    """Target, over-dispersion and notes of each funnel; `units` counts those with a place."""
    starts = units.segments.starts
    number = units.segments.number(units.placed)
    numbers = {
        "target": setting.target * plan.multiplier,
        "phi": setting.dispersion.phi,
        "tau2": setting.dispersion.tau2,
    }
    return pl.DataFrame(
        {
            "group": units.given["group"].gather(starts),
            "units": number,
            **{name: pl.Series(x).fill_nan(None) for name, x in numbers.items()},
            "adjusted": setting.tau2 > 0,
            "notes": _notes(units, setting, plan),
        }
    )


def _notes(units: Units, setting: _Setting, plan: FunnelPlan) -> pl.Series:
    number = units.segments.number(units.placed)
    size = np.diff(np.append(units.segments.starts, len(units.y)))
    tau2 = setting.dispersion.tau2
    can_adjust = setting.can_vary & (number > 1)
    said = {
        FunnelNote.UNITS_WITHOUT_PLACE: number < size,
        FunnelNote.ALL_ZERO: setting.target == 0,
        FunnelNote.ALL_FULL: setting.target >= FAMILIES[plan.kind].most,
        FunnelNote.ONE_UNIT: number == 1,
        FunnelNote.NOT_ADJUSTED: ~np.bool_(plan.adjust) & (tau2 > 0),
        FunnelNote.NOTHING_TO_ADJUST: np.bool_(plan.adjust) & can_adjust & (tau2 == 0),
    }
    frame = pl.DataFrame({note.value: holds for note, holds in said.items()})
    lists = pl.concat_list(
        pl.when(pl.col(note.value)).then(pl.lit(note.value)) for note in said
    ).list.drop_nulls()
    return frame.select(notes=lists).to_series()
