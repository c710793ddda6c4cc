"""The opening of the landing page: a title and at most five sentences, made by rule.

Belongs here: which findings are told and in which order (new concern, new improvement, targets,
data gaps). Does not belong here: words (pages.yaml), the page around them (landing.py). Where no
report for the month before is known, standing signals are told and nothing is called new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.edition import Edition
from reports.pages.findings import Finding, of_kind, strongest_first
from reports.pages.levels import WALES
from reports.pages.narrative import MOST_ITEMS, TOLD, Bullet
from reports.pages.return_statuses import gaps_of, returns_of_month
from reports.pages.units import unit_name
from reports.sentences import Speaker
from reports.spc.vocabulary import Assurance, Verdict
from reports.words import Words

# The best case first.
TARGETS = (Assurance.ACHIEVED, Assurance.HIT_OR_MISS, Assurance.MISSED)


@dataclass(frozen=True, slots=True)
class Headline:
    """Tells what the key measures of Wales and the organisations say, in one language."""

    edition: Edition
    words: Words
    findings: Sequence[Finding]

    @property
    def knows_before(self) -> bool:
        return self.edition.before is not None

    def title(self) -> str:
        """The page's heading: what is new among key measures, or that nothing is."""
        if all(found.series.last is None for found in self.findings):
            return self._say("title.nothing", month=self._month())
        concerns, improvements = (len(self._news(kind)) for kind in TOLD)
        standing = sum(1 for _ in of_kind(self.findings, Verdict.CONCERN))
        if not self.knows_before:
            return self._say("title.standing", n=standing, month=self._month())
        if not concerns and not improvements:
            return self._say("title.continuing", n=standing, month=self._month())
        return self._news_title(concerns, improvements)

    def bullets(self) -> tuple[Bullet, ...]:
        """Four sentences: concern, improvement, targets, data gaps."""
        signals = [self.signals(kind) for kind in TOLD]
        return (*signals, self._targets(), self.gaps())

    def _news_title(self, concerns: int, improvements: int) -> str:
        told = {
            kind: self._say(f"title.{kind}", n=n)
            for kind, n in (("concerns", concerns), ("improvements", improvements))
        }
        if concerns and improvements:
            news = self._say("title.both", **told)
        else:
            news = told["concerns" if concerns else "improvements"]
        return self._say("title.news", news=news)

    def _news(self, kind: Verdict) -> list[Finding]:
        return [found for found in of_kind(self.findings, kind) if found.is_new]

    def signals(self, kind: Verdict) -> Bullet:
        """What is new of a kind of signal, and how many more continue."""
        standing = list(of_kind(self.findings, kind))
        told = strongest_first(self._news(kind) if self.knows_before else standing)
        case = f"new_{kind}" if self.knows_before else kind
        continuing = len(standing) - len(told)
        n = len(told)
        strong = self._say(f"headline.{case}", n=n) if n else self._say(f"headline.no_{case}")
        others = self._say("headline.continuing", n=continuing)
        rest = [self._listed([self._item(found) for found in told])] if told else []
        return Bullet(
            icon=kind if told else Verdict.COMMON_CAUSE,
            side=_shared_side(told),
            strong=strong,
            rest=" ".join(part for part in (*rest, others) if part),
        )

    def _item(self, found: Finding) -> str:
        point, speaker = found.series.judged, Speaker(self.words, found.measure)
        return self.words.text(
            "charts.page.bullet.item",
            organisation=unit_name(self.edition, self.words, found.key.unit),
            measure=self._short(found),
            reason=speaker.reason(found.series, point) if point else "",
        )

    def _targets(self) -> Bullet:
        wales = [found for found in self.findings if found.key.level == WALES]
        by_case = {
            case: [found for found in wales if found.series.assurance == case] for case in TARGETS
        }
        if not any(by_case.values()):
            strong = self._say("headline.no_targets")
            return Bullet(icon=Verdict.NONE, side=0, strong=strong, rest="")
        counts = {case.value: len(found) for case, found in by_case.items()}
        worst = next(case for case in reversed(TARGETS) if by_case[case])
        return Bullet(
            icon=worst,
            side=0,
            strong=self._say("headline.targets", **counts),
            rest=self._targets_rest(by_case[Assurance.MISSED], by_case[Assurance.HIT_OR_MISS]),
        )

    def _targets_rest(self, missed: list[Finding], chance: list[Finding]) -> str:
        for case, found in (("targets_missed", missed), ("targets_hit", chance)):
            if found:
                names = self._listed([self._short(one) for one in found]).removesuffix(".")
                return self._say(f"headline.{case}", measures=names)
        return ""

    def gaps(self) -> Bullet:
        """Returns due for the month that are missing, refused or incomplete."""
        due = returns_of_month(self.edition)
        gaps = gaps_of(due)
        if due.is_empty():
            strong = self._say("headline.nothing_due", month=self._month())
            return Bullet(icon=Verdict.NONE, side=0, strong=strong, rest="")
        if gaps.is_empty():
            rest = self._say("headline.all_in", n=due.height, month=self._month())
            return Bullet(icon="whole", side=0, strong=self._say("headline.no_gaps"), rest=rest)
        items = [self._gap(*row) for row in gaps.select(_GAP).iter_rows()]
        strong = self._say("headline.gaps", n=gaps.height, month=self._month())
        return Bullet(icon="gap", side=0, strong=strong, rest=self._listed(items))

    def _gap(self, organisation: str, workstream: str, table: str, status: str) -> str:
        return self._say(
            "headline.gap",
            organisation=unit_name(self.edition, self.words, organisation),
            table=self.words.text(f"{workstream}.tables.{table}.name"),
            status=self.words.text(f"charts.status.{status}"),
        )

    def _listed(self, items: list[str]) -> str:
        beyond = len(items) - MOST_ITEMS
        more = [self._say("headline.more", n=beyond)] if beyond > 0 else []
        return "; ".join([*items[:MOST_ITEMS], *more]) + "."

    def _short(self, found: Finding) -> str:
        measure = found.measure
        return self.words.text(f"{measure.workstream}.measures.{measure.id}.short")

    def _month(self) -> str:
        return self.words.month(self.edition.data_month)

    def _say(self, key: str, **facts: object) -> str:
        return self.words.text(f"pages.landing.{key}", **facts)


_GAP = ("organisation", "workstream", "table", "status")


def _shared_side(told: list[Finding]) -> int:
    sides = {found.side for found in told}
    return sides.pop() if len(sides) == 1 else 0
