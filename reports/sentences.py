"""Sentences about one series, made from its values: the finding, its reason, the text alternative.

Here: which sentence is true of a series, and the facts that go into it. Not here: the words
themselves (translations/<language>/charts.yaml) and deciding what is a signal (reports/spc). No
function reads a text back; every case has a whole sentence of its own in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass

from data_contracts.contract import Measure
from data_contracts.states import PointState
from reports.figures.series import HIGH, LOW, Point, Series
from reports.spc.vocabulary import Assurance, Chart, ChartReason, LimitsStatus, RuleName, Verdict
from reports.standing import Standing, standing, verdict_kind
from reports.words import Words

PER_CENT, DAYS = "per_cent", "days"
# Decimals by multiplier: a share to a tenth of a per cent, a rate to a hundredth.
DECIMALS = {100.0: 1, 1000.0: 2, 100_000.0: 1, 1.0: 1}
# What the engine says of a run chart whose months cannot be judged.
UNJUDGED = frozenset({ChartReason.MOSTLY_ZERO, ChartReason.MOSTLY_FULL})
SIDES = {HIGH: "high", LOW: "low", 0: "none"}
SLOPES = {HIGH: "rising", LOW: "falling", 0: "none"}
# Headlines that speak of the last value instead of the last one that was judged.
GAP_STATE = "gap_state"
NOT_NOW = frozenset({Standing.GAP.value, GAP_STATE, Standing.HOLLOW.value})


@dataclass(frozen=True, slots=True)
class Amounts:
    """Writes a measure's amounts in a reader's language: `5.64`, `86.0%`, `1,607`."""

    words: Words
    measure: Measure

    @property
    def decimals(self) -> int:
        return 0 if self.measure.unit == DAYS else DECIMALS.get(self.measure.multiplier, 2)

    @property
    def suffix(self) -> str:
        return "%" if self.measure.unit == PER_CENT else ""

    def amount(self, value: float | None) -> str:
        """A value of the measure with its unit sign, or an empty text for none."""
        return "" if value is None else self.words.number(value, self.decimals) + self.suffix

    def count(self, value: float | None) -> str:
        """A numerator or denominator: whole numbers without decimals."""
        if value is None:
            return ""
        return self.words.number(value, 0 if value == round(value) else 1)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says what is true of one measure's series, in one language."""

    words: Words
    measure: Measure

    @property
    def amounts(self) -> Amounts:
        return Amounts(self.words, self.measure)

    def headline(self, series: Series, name: str) -> str:
        """The finding above a chart; `name` is what the sentence is about."""
        return self._case("headline", series, measure=name)

    def finding(self, series: Series) -> str:
        """The finding without a name, for use below one."""
        return self._case("finding", series)

    def reason(self, series: Series, point: Point) -> str:
        """Why a point is a signal, and since when.

        `8 months in a row below the mean of 5.87, a signal since May 2026`. A signal that began by
        another rule names that rule, so that today's is not said of the months before it held.
        """
        kind = "events" if series.is_by_event else "months"
        first = series.since(point)
        own = series.rule_since(point)
        return self.words.text(
            f"charts.since.{_since_case(first, own, point)}_{kind}",
            reason=self._rule(series, point),
            since=self.when(series, first),
            own=self.when(series, own),
            first=self.words.text(f"charts.rule.{first.rule}") if first.rule else "",
        )

    def since(self, series: Series) -> str:
        """`since May 2026`: how long the judged point's signal lasts; empty without a signal."""
        judged = series.judged
        if judged is None or not judged.is_signal:
            return ""
        kind = "events" if series.is_by_event else "months"
        since = self.when(series, series.since(judged))
        return self.words.text(f"charts.since.{kind}", since=since)

    def _rule(self, series: Series, point: Point) -> str:
        rule, side = point.rule or "", point.rule_side or 0
        # A run chart's point has no limit; one of a phase before it may have had.
        is_on_median = has_median(series) and (series.is_by_event or point.upper is None)
        if rule == RuleName.SHIFT and is_on_median:
            rule = "shift_median"
        kind = "events" if series.is_by_event else "months"
        return self.words.text(
            f"charts.reason.{kind}.{rule}.{SIDES[side]}",
            n=run_length(series, point),
            centre=self.amounts.amount(point.centre),
            upper=self.amounts.amount(point.upper),
            lower=self.amounts.amount(point.lower),
        )

    def alternative(self, series: Series) -> str:
        """One sentence with latest value, centre, limits, target and signal: the chart in words."""
        last = series.last
        if last is None:
            return self.words.text("charts.alternative.no_data")
        parts = [self._latest(series, last), *self._missing(series), *self._lines(series)]
        return "; ".join([*parts, *self._target_part(last), self._signal_part(series)]) + "."

    def target(self, series: Series, name: str) -> tuple[str, str]:
        """How the target stands against the limits: a sentence and its reason; empty if unknown.

        The first can stand alone; `name` is what it is about.
        """
        point = series.limited
        if series.assurance == Assurance.NONE or point is None or point.target is None:
            return "", ""
        case = f"{series.assurance}"
        if series.assurance != Assurance.HIT_OR_MISS:
            case = f"{case}_{self.measure.direction}"
        facts = {
            "measure": name,
            "target": self.amounts.amount(point.target),
            "upper": self.amounts.amount(point.upper),
            "lower": self.amounts.amount(point.lower),
        }
        say = self.words.text
        strong, rest = (say(f"charts.target.{case}.{part}", **facts) for part in ("strong", "rest"))
        return strong, rest

    def judgement(self, point: Point) -> str:
        """The verdict of one point with its rule: `Improvement, low (run on one side)`."""
        if not point.is_signal or point.rule is None:
            return self.words.text(f"charts.verdict.{point.verdict}") if point.is_solid else ""
        verdict = self.verdict(point)
        return f"{verdict} ({self.words.text(f'charts.rule.{point.rule}')})"

    def verdict(self, point: Point) -> str:
        """The verdict of one point with its side, for a table cell."""
        if not point.is_signal:
            is_unjudged = point.verdict == Verdict.NONE and point.value is not None
            case = "not_judged" if is_unjudged else f"{point.verdict}"
            return self.words.text(f"charts.verdict.{case}")
        kind, sides = verdict_kind(point.verdict), SIDES
        if point.rule == RuleName.TREND:
            # A trend may begin on the other side of the mean: it has a slope and no side.
            sides = SLOPES
        return self.words.text(f"charts.verdict_side.{kind}.{sides[point.rule_side or 0]}")

    def notes(self, point: Point, *, with_source: bool) -> str:
        """State and source of one point, where they are worth a word."""
        state = self.state(point)
        named = with_source and point.provenance is not None
        source = self.words.text(f"charts.source.{point.provenance}") if named else ""
        return "; ".join(note for note in (state, source) if note)

    def state(self, point: Point) -> str:
        """Why a point is hollow, or an empty text for a solid one."""
        if point.is_final:
            return self.words.text("charts.state.left_out") if point.excluded else ""
        if point.state == PointState.INCOMPLETE and point.parts_due:
            facts = {"parts_in": point.parts_in or 0, "parts_due": point.parts_due}
            return self.words.text("charts.state.incomplete_parts", **facts)
        return self.words.text(f"charts.state.{point.state}")

    def when(self, series: Series, point: Point) -> str:
        """A point's month, or its date on a chart by event."""
        return (self.words.date if series.is_by_event else self.words.month)(point.period)

    def _case(self, group: str, series: Series, **facts: object) -> str:
        case = headline_case(series)
        point = series.last if case in NOT_NOW else series.judged or series.last
        key = f"charts.{group}.{case}"
        # A figure is of a month, but on a day.
        by_event = f"{key}_event"
        return self.words.text(
            by_event if series.is_by_event and self.words.has(by_event) else key,
            n=sum(p.value is not None for p in series.current),
            reason=self.reason(series, point) if point and point.is_signal else "",
            value=self.amounts.amount(point.value if point else None),
            centre=self.amounts.amount(point.centre if point else None),
            month=self.when(series, point) if point else "",
            end=self.when(series, series.points[-1]) if series.points else "",
            state=self.state(point) if point else "",
            before=self._before(series),
            **facts,
        )

    def _before(self, series: Series) -> str:
        """The last verdict there was, with its month, where none stands now; it may be empty."""
        judged = series.judged
        if judged is None or judged.verdict == Verdict.NONE:
            return ""
        verdict, month = self.verdict(judged), self.when(series, judged)
        return self.words.text("charts.headline_before", verdict=verdict, month=month)

    def _latest(self, series: Series, last: Point) -> str:
        state = self.state(last)
        return self.words.text(
            f"charts.alternative.{'state_value' if state else 'value'}",
            month=self.when(series, last),
            value=self.amounts.amount(last.value),
            state=state,
        )

    def _missing(self, series: Series) -> list[str]:
        end, last = series.points[-1], series.last
        if last is None or end.period == last.period:
            return []
        month = self.words.month(end.period)
        return [self.words.text("charts.alternative.no_figure", month=month)]

    def _lines(self, series: Series) -> list[str]:
        centred = series.centred
        if centred is None:
            return [self.words.text("charts.alternative.no_limits")]
        kind = "median" if has_median(series) else "mean"
        centre = self.amounts.amount(centred.centre)
        return [
            self.words.text(f"charts.alternative.{kind}", centre=centre),
            self._limits_part(series),
        ]

    def _limits_part(self, series: Series) -> str:
        point = series.limited
        if point is None:
            return self.words.text("charts.alternative.no_limits")
        trial = "trial_limits" if series.limits_status == LimitsStatus.TRIAL else "limits"
        return self.words.text(
            f"charts.alternative.{trial if point.lower is not None else 'upper_limit'}",
            lower=self.amounts.amount(point.lower),
            upper=self.amounts.amount(point.upper),
        )

    def _target_part(self, last: Point) -> list[str]:
        if last.target is None:
            return []
        target = self.amounts.amount(last.target)
        return [self.words.text("charts.alternative.target", target=target)]

    def _signal_part(self, series: Series) -> str:
        judged = series.judged_now
        if judged is None:
            return self.words.text("charts.alternative.not_judged")
        late = "_at" if judged is not series.last else ""
        kind = verdict_kind(judged.verdict)
        return self.words.text(
            f"charts.alternative.{kind}{late}",
            month=self.when(series, judged),
            reason=self.reason(series, judged) if judged.is_signal else "",
        )


def headline_case(series: Series) -> str:
    """Which headline is true of a series: a key of `charts.headline`.

    A verdict is only told where it stands now: a series that ends in a gap or in a hollow point
    has none.
    """
    stands = standing(series)
    if stands is Standing.NEVER:
        return "no_data"
    if stands in (Standing.GAP, Standing.HOLLOW):
        # The last figure before a gap may be one that does not count either.
        is_young = stands is Standing.GAP and series.last is not None and not series.last.is_final
        return GAP_STATE if is_young else stands.value
    if stands is Standing.NOT_JUDGED:
        return unjudged_reason(series) or "not_judged"
    if stands is Standing.TOO_FEW:
        return f"{'restarted' if series.breaks() else 'too_few'}{'_events' * series.is_by_event}"
    if series.judged is not None and series.judged.is_signal:
        return verdict_kind(series.judged.verdict).value
    return "around_median" if has_median(series) else "common_cause"


def _since_case(first: Point, own: Point, point: Point) -> str:
    """Whether a signal began by the rule that is told, and whether that needs a start of its own.

    Only a point beyond a limit says nothing of the months before it; runs and trends name theirs.
    """
    if point.rule == RuleName.OUTSIDE and own is not first:
        return "both"
    return "reason" if first.rule == point.rule else "begun"


def unjudged_reason(series: Series) -> str | None:
    """Why no month of a series can be judged: mostly_zero, mostly_full or None for unknown."""
    told = (series.chart_reason, *series.notes)
    return next((reason for reason in told if reason in UNJUDGED), None)


def has_median(series: Series) -> bool:
    """Whether the centre line is a median: on run charts and charts by event."""
    return series.chart == Chart.RUN or series.is_by_event


def run_length(series: Series, point: Point) -> int:
    """How many points in a row, up to this one, show its signal by its rule.

    Points on the centre line and gaps in between neither count nor end the row; nothing is
    counted beyond the phase. Trends are counted while values move on, shifts while on one side.
    """
    before = [p for p in series.points if p.period <= point.period and p.phase == point.phase]
    real = [p for p in before if p.is_solid]
    if point.rule == RuleName.TREND:
        return _slope_length(real, point.rule_side or 0)
    return _side_length(real, point.side)


def _side_length(points: list[Point], side: int) -> int:
    count = 0
    for point in reversed(points):
        if point.side == -side:
            break
        count += point.side == side
    return count


def _slope_length(points: list[Point], slope: int) -> int:
    """Points of the last unbroken rise (1) or fall (-1); equal neighbours count once."""
    count = 1
    for later, earlier in zip(reversed(points), reversed(points[:-1]), strict=False):
        step = (later.value or 0.0) - (earlier.value or 0.0)
        if step * slope < 0:
            break
        count += step != 0
    return count
