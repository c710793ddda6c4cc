"""The opening of the landing page: a title and at most five sentences, made by rule.

Belongs here: which findings are told and in which order (new concern, new improvement, targets,
data gaps). Does not belong here: words (pages.yaml), the page around them (landing.py), how much
of the month is in (month_so_far.py): that is told first, and there is no all-clear for what was not
judged. Where no report for the month before is known, standing signals are told and nothing is
called new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.edition import Edition
from reports.pages.findings import Finding, of_kind, strongest_first
from reports.pages.levels import WALES
from reports.pages.month_so_far import MonthSoFar, Returns, last_mostly_in, month_so_far
from reports.pages.narrative import MOST_ITEMS, TOLD, Bullet, SignalLine, signal_line
from reports.pages.return_statuses import gaps_of, returns_of_month
from reports.pages.since_last_month import lapsed_text, month_before
from reports.pages.units import unit_name
from reports.spc.vocabulary import Assurance, Verdict
from reports.words import Words

# As many lines as a reader takes in at once; of the rest there is the table.
MOST_LINES = 10
# The best case first.
TARGETS = (Assurance.ACHIEVED, Assurance.HIT_OR_MISS, Assurance.MISSED)


@dataclass(frozen=True, slots=True)
class Headline:
    """Tells what the key measures of Wales and the organisations say, in one language.

    `pages` maps workstreams to the page that has their charts, empty for the same page; `table` is
    the anchor of the cells that show everything.
    """

    edition: Edition
    words: Words
    findings: Sequence[Finding]
    pages: Mapping[str, str]
    table: str = "#matrix"

    @property
    def knows_before(self) -> bool:
        return self.edition.before is not None

    def title(self) -> str:
        """The page's heading: what is new among key measures, or that nothing is."""
        if all(found.series.last is None for found in self.findings):
            return self._say("title.nothing", month=self._month())
        so_far = self.so_far
        if so_far.has_too_little:
            returns = so_far.returns
            # All may be in, where boards have only begun to send or could not count.
            case = "none_judged" if returns.is_whole and returns.due else "too_little"
            return self._say(
                f"title.{case}", n=returns.arrived, due=returns.due, month=self._month()
            )
        concerns, improvements = (len(self._news(kind)) for kind in TOLD)
        standing = sum(1 for _ in of_kind(self.findings, Verdict.CONCERN))
        told = {"lead": self._lead(so_far.returns), "among": self.among()}
        if not self.knows_before:
            return self._say("title.standing", n=standing, **told)
        if not concerns and not improvements:
            return self._say("title.continuing", n=standing, **told)
        return self._say("title.news", news=self._news_title(concerns, improvements), **told)

    @property
    def so_far(self) -> MonthSoFar:
        """How much of the month is in and judged."""
        return month_so_far(self.edition, self.findings)

    def among(self) -> str:
        """`key measures`, or how many of them could be judged."""
        so_far = self.so_far
        case = "all" if so_far.is_all_judged else "some"
        return self._say(f"among.{case}", judged=so_far.judged, expected=so_far.expected)

    def _lead(self, returns: Returns) -> str:
        """The month, and how many of its returns are in where not all are."""
        case = "whole" if returns.is_whole else "part"
        return self._say(
            f"lead.{case}", month=self._month(), arrived=returns.arrived, due=returns.due
        )

    def bullets(self) -> tuple[Bullet, ...]:
        """At most five sentences: too little, concern, improvement, targets, data gaps."""
        return (*self._before(), *self.every_signal(), self._targets(), self.gaps())

    def every_signal(self) -> tuple[Bullet, ...]:
        """Concerns, then improvements; one sentence where nothing at all could be judged."""
        if self.so_far.judged:
            return tuple(self.signals(kind) for kind in TOLD)
        strong = self._say("headline.none_judged", month=self._month())
        return (Bullet(icon=Verdict.NONE, side=0, strong=strong, rest=""),)

    def lapsed(self) -> tuple[Bullet, ...]:
        """Signals of the report before that could not be judged now: nothing says they ended."""
        found = [one for one in self.findings if one.has_lapsed]
        if not found:
            return ()
        strong = self._say("headline.lapsed", n=len(found))
        items = [lapsed_text(self.edition, self.words, one, "lapsed_short") for one in found]
        return (Bullet(icon="gap", side=0, strong=strong, rest=self._listed(items)),)

    def _before(self) -> tuple[Bullet, ...]:
        """Where there is too little: the last month of which most is in, and what was said then."""
        so_far = self.so_far
        is_told = so_far.has_too_little and not (so_far.returns.is_whole and so_far.returns.due)
        last = last_mostly_in(self.edition) if is_told else None
        if last is None:
            return ()
        strong = self._say(
            "headline.last_month",
            month=self.words.month(last.month),
            arrived=last.arrived,
            due=last.due,
        )
        is_known = self.knows_before and last.month == month_before(self.edition)
        concerns = sum(found.before == Verdict.CONCERN for found in self.findings)
        rest = self._say("headline.last_month_said", n=concerns) if is_known else ""
        return (Bullet(icon="gap", side=0, strong=strong, rest=rest),)

    def _news_title(self, concerns: int, improvements: int) -> str:
        told = {
            kind: self._say(f"title.{kind}", n=n)
            for kind, n in (("concerns", concerns), ("improvements", improvements))
        }
        if concerns and improvements:
            news = self._say("title.both", **told)
        else:
            news = told["concerns" if concerns else "improvements"]
        return news

    def _news(self, kind: Verdict) -> list[Finding]:
        return [found for found in of_kind(self.findings, kind) if found.is_new]

    def signals(self, kind: Verdict) -> Bullet:
        """What is new of a kind of signal, how many more continue, and a line for each told.

        Of concerns those that continue are told as well: somebody has to act on them.
        """
        standing = list(of_kind(self.findings, kind))
        new = self._news(kind) if self.knows_before else standing
        case = f"new_{kind}" if self.knows_before else kind
        n = len(new)
        key = f"headline.{case}" if n else f"headline.no_{case}"
        shown = self._shown(new, standing if kind is Verdict.CONCERN else new)
        return Bullet(
            icon=kind if shown else self._quiet(),
            side=_shared_side(shown),
            strong=self._say(key, n=n, among=self.among()),
            rest=self._say(f"headline.{'continuing' if n else 'no_more'}", n=len(standing) - n),
            lines=(*map(self._line, shown), *self._beyond(kind, len(standing) - len(shown))),
        )

    def _quiet(self) -> Verdict:
        """The icon of a kind of signal that nobody shows; none where hardly anything was judged."""
        return Verdict.NONE if self.so_far.has_too_little else Verdict.COMMON_CAUSE

    def _shown(self, new: list[Finding], told: list[Finding]) -> list[Finding]:
        """The signals that get a line: all that fit, new ones before others, each strongest first.

        What is new is what a reader has come for; it must not stand below what goes on for years.
        """
        others = [found for found in strongest_first(told) if found not in new]
        return [*strongest_first(new), *others][:MOST_LINES]

    def _beyond(self, kind: Verdict, n: int) -> tuple[SignalLine, ...]:
        """That there are more, with the way to them; improvements that continue are no news."""
        if kind is not Verdict.CONCERN or not n:
            return ()
        said = self._say("headline.more_in_table", n=n)
        return (SignalLine(name=said, text="", href=self.table),)

    def _line(self, found: Finding) -> SignalLine:
        page = self.pages[found.measure.workstream]
        return signal_line(self.edition, self.words, found, page)

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
