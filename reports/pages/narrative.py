"""The opening of a workstream's page: a title and at most five findings, made by rule.

Belongs here: which findings are told and in which order (Wales, concern, improvement, target, data
gaps). Does not belong here: the words (charts.yaml) and the page around them (workstream.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from data_contracts.contract import Measure
from reports.edition import Edition
from reports.figures.series import Series
from reports.pages.findings import SIGNALS, Standing, standing
from reports.pages.units import WALES, unit_name
from reports.pages.workstream_series import WorkstreamSeries, verdict_of
from reports.sentences import Speaker
from reports.words import Words

MOST_ITEMS = 4
ARRIVED = frozenset({"on_time", "on_time_to_check", "late"})
NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullet:
    """One finding: an icon, a bold part that can stand alone, and the rest.

    `icon` is a verdict, an assurance, `gap` or `whole`; `side` points its arrow.
    """

    icon: str
    side: int
    strong: str
    rest: str


@dataclass(frozen=True, slots=True)
class Narrator:
    """Tells what one workstream's series say, in one language."""

    edition: Edition
    series: WorkstreamSeries
    words: Words

    def title(self) -> str:
        """The page's heading: the main measure for Wales, and who shows concern on key measures."""
        concerns = len({unit for _, unit in self._signals("concern")})
        verdict = verdict_of(self.series.of(self.series.main, WALES))
        case = f"{verdict}_concerns" if concerns else verdict
        measure = self._short(self.series.main)
        return self.words.text(f"charts.page.title.{case}", measure=measure, n=concerns)

    def bullets(self) -> tuple[Bullet, ...]:
        """At most five findings."""
        signals = [b for kind in ("concern", "improvement") if (b := self._signal_bullet(kind))]
        target = self._target_bullet()
        return (self._wales_bullet(), *signals, *([target] if target else []), self._gaps_bullet())

    def _speaker(self, measure: Measure) -> Speaker:
        return Speaker(self.words, measure)

    def _wales_bullet(self) -> Bullet:
        main, wales = self.series.main, self.series.of(self.series.main, WALES)
        speaker, last = self._speaker(main), wales.last
        if last is None:
            strong = self.words.text("charts.page.bullet.wales_none")
            return Bullet(icon="none", side=0, strong=strong, rest="")
        strong = self.words.text(
            "charts.page.bullet.wales",
            value=speaker.amounts.amount(last.value),
            month=self.words.month(last.period),
        )
        side = (wales.judged.rule_side or 0) if wales.judged else 0
        rest = " ".join([speaker.headline(wales, self._short(main)) + ".", *self._others()])
        return Bullet(icon=verdict_of(wales), side=side, strong=strong, rest=rest)

    def _others(self) -> list[str]:
        """What the other key measures say of Wales, where that is a signal."""
        found = [
            (measure, self.series.of(measure, WALES))
            for measure in self.series.key_measures
            if measure is not self.series.main
        ]
        return [
            self._speaker(measure).headline(wales, self._short(measure)) + "."
            for measure, wales in found
            if any(self._says(wales, kind) for kind in SIGNALS)
        ]

    def _signals(self, kind: str) -> list[tuple[Measure, str]]:
        return [
            (measure, unit)
            for measure in self.series.key_measures
            for unit in self.series.organisations(measure)
            if self._says(self.series.of(measure, unit), kind)
        ]

    def _says(self, series: Series, kind: str) -> bool:
        """Whether a series has this verdict now: one that has a gap since is not counted."""
        is_judged = standing(series, self.edition.data_month) is Standing.JUDGED
        return is_judged and verdict_of(series) == kind

    def _signal_bullet(self, kind: str) -> Bullet | None:
        signals = self._signals(kind)
        if not signals:
            return None
        sides = {self._side(measure, unit) for measure, unit in signals}
        return Bullet(
            icon=kind,
            side=sides.pop() if len(sides) == 1 else 0,
            strong=self.words.text(
                f"charts.page.bullet.{kind}", n=len({unit for _, unit in signals})
            ),
            rest=self._listed([self._item(*signal) for signal in signals]),
        )

    def _side(self, measure: Measure, unit: str) -> int:
        judged = self.series.of(measure, unit).judged
        return (judged.rule_side or 0) if judged else 0

    def _item(self, measure: Measure, unit: str) -> str:
        series = self.series.of(measure, unit)
        point = series.judged
        return self.words.text(
            "charts.page.bullet.item",
            organisation=unit_name(self.edition, self.words, unit),
            measure=self._short(measure),
            reason=self._speaker(measure).reason(series, point) if point else "",
        )

    def _target_bullet(self) -> Bullet | None:
        for measure in (self.series.main, *self.series.key_measures):
            wales = self.series.of(measure, WALES)
            strong, rest = self._speaker(measure).target(wales, self._short(measure))
            if strong:
                return Bullet(icon=wales.assurance, side=0, strong=strong, rest=rest)
        return None

    def _gaps_bullet(self) -> Bullet:
        month = self.words.month(self.edition.data_month)
        due = returns_of_month(self.edition, self.series.contract.workstream)
        gaps = due.filter(~pl.col("status").is_in(list(ARRIVED)))
        say = self.words.text
        if due.is_empty():
            strong = say("charts.page.bullet.nothing_due", month=month)
            return Bullet(icon="none", side=0, strong=strong, rest="")
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


def returns_of_month(edition: Edition, workstream: str) -> pl.DataFrame:
    """The returns due for the edition's month, by organisation and table."""
    return edition.returns.filter(
        pl.col("workstream") == workstream,
        pl.col("period") == edition.data_month,
        pl.col("status") != NOT_DUE,
    ).sort("organisation", "table")
