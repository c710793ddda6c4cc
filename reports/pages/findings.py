"""What each series says now, and what the report for the month before said: one Finding a series.

Belongs here: whether a series can be judged for the edition's month, and whether its signal is
new. Does not belong here: words, order on a page and markup. `new` compares reports, not points,
because a shift flags eight points back in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from data_contracts.contract import Measure
from reports.edition import Edition
from reports.figures.series import Series
from reports.pages.chart import SeriesKey
from reports.pages.workstream_series import WorkstreamSeries, verdict_of
from reports.sentences import ENOUGH_FOR_LIMITS

SIGNALS = frozenset({"concern", "improvement", "change"})
# Younger than final, but its measure is judged on the months before.
MATURING = frozenset({"provisional", "immature"})


class Standing(StrEnum):
    """Whether a series has a verdict for a month, and if not, why."""

    JUDGED = "judged"
    TOO_FEW = "too_few"
    NOT_JUDGED = "not_judged"
    HOLLOW = "hollow"
    GAP = "gap"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One series with its standing; `before` is last month's verdict, None where not known."""

    key: SeriesKey
    measure: Measure
    series: Series
    standing: Standing
    before: str | None

    @property
    def kind(self) -> str:
        """concern, improvement, change, common_cause, or none where nothing is judged now."""
        return verdict_of(self.series) if self.standing is Standing.JUDGED else "none"

    @property
    def verdict(self) -> str:
        """As kind, with the side of a change."""
        judged = self.series.judged
        return judged.verdict if judged and self.standing is Standing.JUDGED else "none"

    @property
    def side(self) -> int:
        judged = self.series.judged
        return (judged.rule_side or 0) if judged else 0

    @property
    def is_new(self) -> bool:
        """Whether last month's report is known and did not have this signal."""
        return self.kind in SIGNALS and self.before is not None and self.before != self.verdict

    @property
    def has_ended(self) -> bool:
        """Whether last month's report had a signal that this one has not."""
        had_signal = self.before is not None and self.before not in ("none", "common_cause")
        return had_signal and self.kind not in SIGNALS


def findings(edition: Edition, every: Iterable[WorkstreamSeries]) -> tuple[Finding, ...]:
    """A finding for each series that was read, in the order of the contracts."""
    before = verdicts_before(edition)
    return tuple(
        finding(edition, key, of.contract.measure(key.measure), series, before)
        for of in every
        for key, series in of.found.items()
    )


def finding(
    edition: Edition,
    key: SeriesKey,
    measure: Measure,
    series: Series,
    before: Mapping[str, str] | None,
) -> Finding:
    """One series; one that last month's report did not have counts as without a signal there."""
    return Finding(
        key=key,
        measure=measure,
        series=series,
        standing=standing(series, edition.data_month),
        before=None if before is None else before.get(str(key), "none"),
    )


def verdicts_before(edition: Edition) -> Mapping[str, str] | None:
    """Series -> verdict as the report for the month before stood then; None where not known."""
    if edition.before is None:
        return None
    return dict(edition.before.select("series", "verdict").drop_nulls().iter_rows())


def standing(series: Series, month: date) -> Standing:
    """Whether a verdict can be shown for a month. A series by event has no months to miss."""
    last, judged = series.last, series.judged
    if last is None:
        return Standing.NEVER
    if not series.is_by_event and last.period != month:
        return Standing.GAP
    if not last.is_solid and (last.state not in MATURING or last.excluded or judged is None):
        return Standing.HOLLOW
    if judged is None or judged.verdict == "none":
        return Standing.NOT_JUDGED
    return Standing.TOO_FEW if _is_too_short(series) else Standing.JUDGED


def _is_too_short(series: Series) -> bool:
    """Few points and no signal: a run chart can already show one."""
    values = sum(point.value is not None for point in series.points)
    judged = series.judged
    return values < ENOUGH_FOR_LIMITS and not (judged is not None and judged.is_signal)


def strongest_first(every: Iterable[Finding]) -> list[Finding]:
    """Findings by how far the judged point lies from its centre; those of one strength as given."""
    return sorted(every, key=lambda found: -strength(found.series))


def strength(series: Series) -> float:
    """The judged point's distance from its centre in sigmas; 0 where there are no limits."""
    point = series.judged
    if point is None or point.value is None or point.centre is None:
        return 0.0
    # The lower limit may be cut at zero, and the upper one at 100%: the wider half is whole.
    ends = [end for end in (point.lower_2sigma, point.upper_2sigma) if end is not None]
    half = max((abs(end - point.centre) for end in ends), default=0.0)
    return round(2 * abs(point.value - point.centre) / half, 6) if half else 0.0


def of_kind(every: Iterable[Finding], kind: str) -> Iterator[Finding]:
    return (found for found in every if found.kind == kind)
