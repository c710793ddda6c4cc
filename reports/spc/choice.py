"""Which chart each phase gets: as planned, chosen, or a run chart where limits would mislead.

Decided on the baseline alone, so that it does not change from night to night. How limits are
computed is not known here, except sigma_z, which the choice needs.
"""

from dataclasses import dataclass

import numpy as np

from .attributes import binomial, laney, poisson
from .intake import Points
from .plan import Plan
from .vocabulary import BoolArray, Chart, ChartReason, FlagArray, FloatArray, IntArray, Note

CHARTS = tuple(Chart)
REASONS = tuple(ChartReason)

# Charts whose limits say nothing where half of the points are 0 (np is p times n; c' is i).
_NOT_MOSTLY_ZERO = frozenset(
    {
        Chart.I,
        Chart.P,
        Chart.U,
        Chart.P_PRIME,
        Chart.U_PRIME,
        Chart.I_PRIME,
        Chart.C,
        Chart.NP,
        Chart.C_PRIME,
    }
)
_NOT_MOSTLY_FULL = frozenset({Chart.P, Chart.P_PRIME, Chart.NP})

ENOUGH_EVENTS = 4
FEW_EVENTS = 2
OVERDISPERSED_FROM = 1.5
LARGE_DENOMINATOR = 1000
POINTS_FOR_SIGMA_Z = 20


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """(S,) each. chart, reason: places in CHARTS and REASONS; n: points in the baseline.

    all_equal: all points of the phase have one value. silent: no rule can judge the phase, since
    its centre is at the edge of its values, or neighbours share a point. notes: what to say.
    """

    chart: FlagArray
    reason: FlagArray
    n: IntArray
    all_equal: BoolArray
    silent: BoolArray
    notes: dict[Note, BoolArray]

    def only(self, wanted: BoolArray) -> "Choice":
        """The same for the segments where `wanted` (S,) holds."""
        notes = {note: said[wanted] for note, said in self.notes.items()}
        return Choice(
            chart=self.chart[wanted],
            reason=self.reason[wanted],
            n=self.n[wanted],
            all_equal=self.all_equal[wanted],
            silent=self.silent[wanted],
            notes=notes,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Suggestion:
    """What the plan asks for, or `auto` suggests: (S,) each."""

    chart: FlagArray
    reason: FlagArray


def choose(points: Points, plan: Plan) -> Choice:
    """The chart of each segment: too few points come first, then equal values, then zeros."""
    counted = points.measured & ~points.excluded & points.in_baseline
    n = points.segments.number(counted)
    suggested = _automatic(points, plan) if plan.chart is Chart.AUTO else _planned(points, plan)
    drawn = suggested.chart != _chart(Chart.RUN)
    short = drawn & (n < plan.minimum_points)
    equal = _all_equal(points, plan)
    judged = drawn & ~short & ~equal
    mostly_zero = _mostly(points, points.value == 0)
    zero = judged & mostly_zero & _among(suggested.chart, _NOT_MOSTLY_ZERO)
    full = judged & _mostly_full(points, suggested.chart) & ~zero
    reason = suggested.reason.copy()
    reason[short] = _reason(ChartReason.NOT_ENOUGH_POINTS)
    reason[zero] = _reason(ChartReason.MOSTLY_ZERO)
    reason[full] = _reason(ChartReason.MOSTLY_FULL)
    few = reason == _reason(ChartReason.TOO_FEW_EVENTS)
    sparse = zero | (few & mostly_zero & ~equal)
    return Choice(
        chart=np.where(short | zero | full, _chart(Chart.RUN), suggested.chart),
        reason=reason,
        n=n,
        all_equal=equal,
        silent=sparse | full | (short & (plan.chart is Chart.MR)),
        notes={
            Note.NOT_ENOUGH_POINTS: short,
            Note.ALL_EQUAL: equal,
            Note.MOSTLY_ZERO: sparse,
            Note.MOSTLY_FULL: full,
            Note.USE_G_OR_T: zero | full | few,
            Note.USE_COARSER_PERIOD: zero
            & (suggested.reason == _reason(ChartReason.NO_DENOMINATOR)),
            Note.FEW_EVENTS: reason == _reason(ChartReason.FEW_EVENTS),
        },
    )


def _chart(chart: Chart) -> np.int8:
    return np.int8(CHARTS.index(chart))


def _reason(reason: ChartReason) -> np.int8:
    return np.int8(REASONS.index(reason))


def _among(chart: FlagArray, charts: frozenset[Chart]) -> BoolArray:
    table = np.array([each in charts for each in CHARTS])
    found: BoolArray = table[chart]
    return found


def _planned(points: Points, plan: Plan) -> _Suggestion:
    count = points.segments.count
    return _Suggestion(
        np.full(count, _chart(plan.chart)), np.full(count, _reason(ChartReason.AS_PLANNED))
    )


def _all_equal(points: Points, plan: Plan) -> BoolArray:
    """(S,) the measure has one value at all real points, rounding apart; false for none.

    Ranges and standard deviations can be equal, and means, while what was measured is not: there
    all of the spread must be 0.
    """
    segments, real = points.segments, points.is_real
    span = segments.highest(points.value, real) - segments.lowest(points.value, real)
    tolerance = points.tolerance[segments.starts]
    equal: BoolArray = (segments.number(real) > 0) & (span <= tolerance)
    if plan.chart in (Chart.MR, Chart.S):
        equal &= segments.highest(points.value, real) <= 0
    if plan.chart is Chart.XBAR:
        equal &= ~(segments.highest(points.spread, real & ~np.isnan(points.spread)) > 0)
    return equal


def _mostly(points: Points, holds: BoolArray) -> BoolArray:
    """(S,) half or more of the points that set the limits."""
    used = points.used
    some = points.segments.number(used & holds)
    mostly: BoolArray = (some > 0) & (2 * some >= points.segments.number(used))
    return mostly


def _mostly_full(points: Points, chart: FlagArray) -> BoolArray:
    """(S,) half or more of the points at 100 %, on the charts where that matters."""
    among = _among(chart, _NOT_MOSTLY_FULL)
    return among & _mostly(points, points.y >= points.n) if among.any() else among


def _automatic(points: Points, plan: Plan) -> _Suggestion:
    """u or p by the expected count of a point, u' or p' where variation is more than chance.

    A series without denominators is an i chart. Points are events over exposure or over cases.
    """
    segments, used = points.segments, points.used
    bare = segments.number(~np.isnan(points.n)) == 0
    expected = segments.sum(points.y, used) / segments.number(used)
    proportion = _is_proportion(points, plan)
    wide = _is_overdispersed(points, plan, proportion)
    few = (expected < FEW_EVENTS) | _mostly(points, points.value == 0)
    cases = [bare, ~(segments.number(used) > 0) | few, wide, expected < ENOUGH_EVENTS]
    plain = np.where(proportion, _chart(Chart.P), _chart(Chart.U))
    prime = np.where(proportion, _chart(Chart.P_PRIME), _chart(Chart.U_PRIME))
    charts = [np.full_like(plain, _chart(chart)) for chart in (Chart.I, Chart.RUN)]
    reasons = [
        ChartReason.NO_DENOMINATOR,
        ChartReason.TOO_FEW_EVENTS,
        ChartReason.OVERDISPERSED,
        ChartReason.FEW_EVENTS,
    ]
    return _Suggestion(
        np.select(cases, [*charts, prime, plain], plain),
        np.select(cases, [_reason(each) for each in reasons], _reason(ChartReason.ENOUGH_EVENTS)),
    )


def _is_proportion(points: Points, plan: Plan) -> BoolArray:
    """(S,) as the plan says; else where no numerator of the baseline exceeds its denominator."""
    if plan.proportion is not None:
        return np.full(points.segments.count, plan.proportion)
    over = points.segments.number(points.used & (points.y > points.n))
    return np.where(plan.multiplier in (1, 100), over == 0, False)


def _is_overdispersed(points: Points, plan: Plan, proportion: BoolArray) -> BoolArray:
    """(S,) sigma_z over 1.5, on 20 points or more, all with large denominators."""
    segments, used = points.segments, points.used
    large = segments.lowest(points.n, used) > LARGE_DENOMINATOR
    enough = segments.number(used) >= POINTS_FOR_SIGMA_Z
    sigma_z: FloatArray = np.where(
        proportion, laney(points, plan, binomial)[0], laney(points, plan, poisson)[0]
    )
    wide: BoolArray = large & enough & (sigma_z > OVERDISPERSED_FROM)
    return wide
