"""What each series says now, and what the report for the month before said: one Finding a series.

Belongs here: whether a series' signal is new. Does not belong here: whether it has a verdict now
(reports/standing.py), words, order on a page and markup. `new` compares reports, not points,
because a shift flags eight points back in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from data_contracts.contract import Measure
from reports.edition import Edition
from reports.figures.series import QUIET, Series
from reports.pages.series_key import SeriesKey
from reports.pages.workstream_series import WorkstreamSeries, read_workstream
from reports.spc.vocabulary import Verdict
from reports.standing import SIGNALS, Standing, side_now, standing, verdict_kind, verdict_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One series with its standing; `before` is last month's verdict, None where not known."""

    key: SeriesKey
    measure: Measure
    series: Series
    standing: Standing
    before: Verdict | None

    @property
    def kind(self) -> Verdict:
        """concern, improvement, change, common_cause, or none where nothing is judged now."""
        return verdict_kind(self.verdict)

    @property
    def verdict(self) -> Verdict:
        """As kind, with the side of a change."""
        return verdict_now(self.series)

    @property
    def side(self) -> int:
        return side_now(self.series)

    @property
    def is_new(self) -> bool:
        """Whether last month's report is known and did not have this signal."""
        return self.kind in SIGNALS and self.before is not None and self.before != self.verdict

    @property
    def is_judged(self) -> bool:
        """Whether a verdict stands now: neither a gap nor an incomplete month has one."""
        return self.kind is not Verdict.NONE

    @property
    def had_signal(self) -> bool:
        """Whether last month's report had a signal."""
        return self.before is not None and self.before not in QUIET

    @property
    def has_ended(self) -> bool:
        """Whether last month's report had a signal that this one, which judged it, has not."""
        return self.had_signal and self.kind is Verdict.COMMON_CAUSE

    @property
    def has_lapsed(self) -> bool:
        """Whether last month's report had a signal, and this one could not judge: nothing ended."""
        return self.had_signal and not self.is_judged


def findings(edition: Edition, every: Iterable[WorkstreamSeries]) -> tuple[Finding, ...]:
    """A finding for each series that was read, in the order of the contracts."""
    before = verdicts_before(edition)
    return tuple(
        finding(key, of.contract.measure(key.measure), series, before)
        for of in every
        for key, series in of.found.items()
    )


def finding(
    key: SeriesKey,
    measure: Measure,
    series: Series,
    before: Mapping[str, Verdict] | None,
) -> Finding:
    """One series; one that last month's report did not have counts as without a signal there."""
    return Finding(
        key=key,
        measure=measure,
        series=series,
        standing=standing(series),
        before=None if before is None else before.get(str(key), Verdict.NONE),
    )


def verdicts_before(edition: Edition) -> Mapping[str, Verdict] | None:
    """Series -> verdict as the report for the month before stood then; None where not known."""
    if edition.before is None:
        return None
    known = edition.before.select("series", "verdict").drop_nulls().iter_rows()
    return {series: Verdict(verdict) for series, verdict in known}


def told_verdicts(edition: Edition) -> dict[str, str]:
    """Series -> the verdict that an edition tells of it now: what the next one compares with."""
    every = (read_workstream(edition, of) for of in edition.contracts if of.measures)
    return {str(found.key): found.verdict.value for found in findings(edition, every)}


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


def of_kind(every: Iterable[Finding], kind: Verdict) -> Iterator[Finding]:
    return (found for found in every if found.kind == kind)
