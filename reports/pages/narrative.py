"""The opening of a workstream's page: a title and at most five findings, made by rule.

Belongs here: which findings are told and in which order (Wales, concern, improvement, target, data
gaps). Does not belong here: the words (charts.yaml) and the page around them (workstream.py). It
opens with the main measure, but with another key measure where that alone is a concern for Wales.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data_contracts.contract import Measure
from reports.edition import Edition
from reports.figures.series import Series
from reports.pages.findings import Finding, finding, verdicts_before
from reports.pages.levels import WALES
from reports.pages.return_statuses import gaps_of, returns_of_month
from reports.pages.sources import is_simulated
from reports.pages.units import unit_name
from reports.pages.workstream_series import WorkstreamSeries
from reports.sentences import Speaker
from reports.spc.vocabulary import Assurance, Verdict
from reports.standing import Standing, has_signal, kind_now, side_now, standing
from reports.words import Words

MOST_ITEMS = 4
TOLD = (Verdict.CONCERN, Verdict.IMPROVEMENT)
# Where Wales has no verdict now: a title that says so instead.
WITHOUT = {
    Standing.NEVER: "never",
    Standing.GAP: "gap",
    Standing.HOLLOW: "not_judged",
    Standing.NOT_JUDGED: "not_judged",
    Standing.TOO_FEW: "too_few",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLine:
    """One signal below a finding: whose it is, with the place that leads to, and what it says."""

    name: str
    text: str
    href: str
    is_new: bool = False
    is_simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullet:
    """One finding: an icon, a bold part that can stand alone, the rest, and a line for each signal.

    `icon` is a verdict, an assurance, `gap` or `whole`; `side` points its arrow. `is_new`: the
    report for the month before did not say it.
    """

    icon: str
    side: int
    strong: str
    rest: str
    lines: tuple[SignalLine, ...] = ()
    is_new: bool = False


def signal_line(edition: Edition, words: Words, found: Finding, page: str = "") -> SignalLine:
    """A signal with the way to its chart, which is on `page` or on the same one."""
    point, measure = found.series.judged, found.measure
    return SignalLine(
        name=words.text(
            "charts.page.bullet.item_plain",
            organisation=unit_name(edition, words, found.key.unit),
            measure=words.text(f"{measure.workstream}.measures.{measure.id}.short"),
        ),
        text=Speaker(words, measure).reason(found.series, point) if point else "",
        href=f"{page}#{found.key.anchor}",
        is_new=found.is_new,
        is_simulated=is_simulated(point),
    )


@dataclass(frozen=True, slots=True)
class Narrator:
    """Tells what one workstream's series say, in one language."""

    edition: Edition
    series: WorkstreamSeries
    words: Words

    @property
    def lead(self) -> Measure:
        """The measure that the page opens with."""
        main, others = self.series.main, self.series.key_measures
        worse = [m for m in (main, *others) if self._kind(m, WALES) == Verdict.CONCERN]
        return next(iter(worse), main)

    def title(self) -> str:
        """The page's heading: what stands for Wales, and who shows concern on key measures."""
        concerns = len({found.key.unit for found in self._signals(Verdict.CONCERN)})
        wales = self._wales_title()
        if not concerns:
            return wales
        return self.words.text("charts.page.title.with_concerns", wales=wales, n=concerns)

    def _wales_title(self) -> str:
        """What stands now; a measure that matures late names the month that was judged."""
        wales = self.series.of(self.lead, WALES)
        judged, case = wales.judged, WITHOUT.get(standing(wales), f"{kind_now(wales)}")
        month = self.edition.data_month
        if judged and case not in WITHOUT.values() and not wales.is_by_event:
            month, case = judged.period, case if judged.period == month else f"{case}_in"
        return self.words.text(
            f"charts.page.title.{case}",
            measure=self._short(self.lead),
            month=self.words.month(month),
        )

    def bullets(self) -> tuple[Bullet, ...]:
        """At most five findings."""
        signals = [b for kind in TOLD if (b := self._signal_bullet(kind))]
        target = self._target_bullet()
        return (self._wales_bullet(), *signals, *([target] if target else []), self._gaps_bullet())

    def _speaker(self, measure: Measure) -> Speaker:
        return Speaker(self.words, measure)

    def _wales_bullet(self) -> Bullet:
        lead, wales = self.lead, self.series.of(self.lead, WALES)
        speaker = self._speaker(lead)
        if wales.last is None:
            strong = self._wales_value(wales, speaker)
            return Bullet(icon=Verdict.NONE, side=0, strong=strong, rest="")
        rest = [self.said(lead), *self._young(wales, speaker)]
        return Bullet(
            icon=kind_now(wales),
            side=side_now(wales),
            strong=self._wales_value(wales, speaker),
            rest=" ".join([*rest, *self._others()]),
            is_new=self._finding(lead, WALES).is_new,
        )

    def said(self, measure: Measure) -> str:
        """What a measure says of Wales, as a sentence."""
        wales = self.series.of(measure, WALES)
        return self._speaker(measure).headline(wales, self._short(measure)) + "."

    def _wales_value(self, wales: Series, speaker: Speaker) -> str:
        """The last figure that was judged: a younger one that may still change is no headline."""
        last, judged = wales.last, wales.judged
        told, measure = judged or last, self._short(self.lead)
        if told is None:
            return self.words.text("charts.page.bullet.wales_none", measure=measure)
        case = "wales" if told is last else "wales_judged"
        return self.words.text(
            f"charts.page.bullet.{case if judged else 'wales_state'}",
            measure=measure,
            value=speaker.amounts.amount(told.value),
            month=speaker.when(wales, told),
            state=speaker.state(told),
        )

    def _young(self, wales: Series, speaker: Speaker) -> list[str]:
        """The newest figure where it is too young to count, told as such."""
        last = wales.last
        if last is None or last is wales.judged or standing(wales) is not Standing.JUDGED:
            return []
        amount, month = speaker.amounts.amount(last.value), self.words.month(last.period)
        return [
            self.words.text(
                "charts.page.bullet.young", value=amount, month=month, state=speaker.state(last)
            )
        ]

    def _others(self) -> list[str]:
        """What the other key measures say of Wales, where that is a signal; always the main one."""
        others = [m for m in (self.series.main, *self.series.key_measures) if m is not self.lead]
        return [
            self.said(measure)
            for measure in dict.fromkeys(others)
            if measure is self.series.main or has_signal(self.series.of(measure, WALES))
        ]

    def _kind(self, measure: Measure, unit: str) -> Verdict:
        return kind_now(self.series.of(measure, unit))

    def _finding(self, measure: Measure, unit: str) -> Finding:
        series = self.series.of(measure, unit)
        return finding(
            self.series.key(measure, unit), measure, series, verdicts_before(self.edition)
        )

    def _signals(self, kind: Verdict) -> list[Finding]:
        """Key measures of organisations with this verdict now: new ones first, then as given."""
        found = [
            self._finding(measure, unit)
            for measure in self.series.key_measures
            for unit in self.series.organisations(measure)
            if self._kind(measure, unit) == kind
        ]
        return sorted(found, key=lambda one: not one.is_new)

    def _signal_bullet(self, kind: Verdict) -> Bullet | None:
        signals = self._signals(kind)
        if not signals:
            return None
        sides = {one.side for one in signals}
        units = len({one.key.unit for one in signals})
        beyond = len(signals) - MOST_ITEMS
        more = self.words.text("charts.page.bullet.more", n=beyond) if beyond > 0 else ""
        lines = [signal_line(self.edition, self.words, one) for one in signals[:MOST_ITEMS]]
        return Bullet(
            icon=kind,
            side=sides.pop() if len(sides) == 1 else 0,
            strong=self.words.text(f"charts.page.bullet.{kind}", n=units),
            rest="",
            lines=(*lines, *([SignalLine(name=more, text="", href="#figures")] if more else [])),
        )

    def _target_bullet(self) -> Bullet | None:
        for measure in (self.series.main, *self.series.key_measures):
            wales = self.series.of(measure, WALES)
            strong, rest = self._speaker(measure).target(wales, self._short(measure))
            if strong:
                others = self._other_targets(measure)
                return Bullet(
                    icon=wales.assurance, side=0, strong=strong, rest=f"{rest} {others}".strip()
                )
        return None

    def _other_targets(self, told: Measure) -> str:
        """The other measures of which Wales misses the target."""
        missed = [
            self._short(measure)
            for measure in self.series.contract.measures
            if measure is not told and self.series.of(measure, WALES).assurance is Assurance.MISSED
        ]
        if not missed:
            return ""
        return self.words.text("charts.page.bullet.also_missed", measures=", ".join(missed))

    def _gaps_bullet(self) -> Bullet:
        month = self.words.month(self.edition.data_month)
        due = returns_of_month(self.edition).filter(workstream=self.series.contract.workstream)
        gaps = gaps_of(due)
        say = self.words.text
        if due.is_empty():
            strong = say("charts.page.bullet.nothing_due", month=month)
            return Bullet(icon=Verdict.NONE, side=0, strong=strong, rest="")
        if gaps.is_empty():
            strong = say("charts.page.bullet.no_gaps", n=due.height, month=month)
            return Bullet(icon="whole", side=0, strong=strong, rest="")
        items = [self._gap(row) for row in gaps.to_dicts()]
        strong = say("charts.page.bullet.gaps", n=gaps.height, month=month)
        return Bullet(icon="gap", side=0, strong=strong, rest=self._listed(items))

    def _gap(self, row: dict[str, Any]) -> str:
        workstream = self.series.contract.workstream
        return self.words.text(
            "charts.page.bullet.gap_item",
            organisation=unit_name(self.edition, self.words, row["organisation"]),
            table=self.words.text(f"{workstream}.tables.{row['table']}.name"),
            status=self.words.text(f"charts.status.{row['status']}"),
        )

    def _listed(self, items: list[str]) -> str:
        shown, beyond = items[:MOST_ITEMS], len(items) - MOST_ITEMS
        more = [self.words.text("charts.page.bullet.more", n=beyond)] if beyond > 0 else []
        return "; ".join([*shown, *more]) + "."

    def _short(self, measure: Measure) -> str:
        return self.words.text(f"{measure.workstream}.measures.{measure.id}.short")
