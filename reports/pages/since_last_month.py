"""What changed since the report for the month before: new signals, and signals that ended.

Belongs here: the lists of the landing page, over all measures. Does not belong here: what counts
as new (findings.py). Lists are told in full; what goes beyond a screen is folded away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.edition import Edition
from reports.months import later
from reports.pages.findings import Finding, strongest_first
from reports.pages.sources import is_simulated
from reports.pages.units import unit_name
from reports.sentences import Speaker
from reports.spc.vocabulary import Verdict
from reports.standing import Standing
from reports.words import Words

SHOWN = 8
NEWS = (Verdict.CONCERN, Verdict.IMPROVEMENT, Verdict.CHANGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One series that changed, with the icon of what it says now."""

    verdict: Verdict
    side: int
    unit: str
    text: str
    href: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class ItemList:
    """One list: what is shown at once, what is folded away, and how much that is in words."""

    heading: str
    items: tuple[Item, ...]
    folded: tuple[Item, ...]
    more: str


def changed_lists(
    edition: Edition, words: Words, findings: Sequence[Finding], pages: Mapping[str, str]
) -> tuple[ItemList, ...]:
    """New concerns, improvements and changes (where there are any), and signals that ended.

    Those that could not be judged now are a list of their own: nothing says that they ended. New
    ones come strongest first.
    """
    maker = _Maker(edition, words, pages)
    new = strongest_first(found for found in findings if found.is_new)
    lapsed = [found for found in findings if found.has_lapsed]
    by_kind = {kind: [found for found in new if found.kind == kind] for kind in NEWS}
    ended = [found for found in findings if found.has_ended]
    lists = [
        maker.listed(f"new_{kind}", map(maker.new, found))
        for kind, found in by_kind.items()
        if found or kind is not Verdict.CHANGE
    ]
    lists.append(maker.listed("ended", map(maker.ended, ended)))
    if lapsed:
        lists.append(maker.listed("lapsed", map(maker.lapsed, lapsed)))
    return tuple(lists)


def month_before(edition: Edition) -> date:
    return later(edition.data_month, -1)


def lapsed_text(edition: Edition, words: Words, found: Finding, short: str = "") -> str:
    """The last verdict of a series with its month, and why there is none now.

    `short` is the key of a sentence to use instead, which says the verdict alone.
    """
    series, speaker, judged = found.series, Speaker(words, found.measure), found.series.judged
    is_told = judged is not None and judged.verdict != Verdict.NONE
    before = speaker.verdict(judged) if judged and is_told else ""
    is_gone = found.standing in (Standing.GAP, Standing.NEVER)
    last = series.last
    return words.text(
        f"pages.landing.changed.{short or ('lapsed_gap' if is_gone else 'lapsed_item')}",
        measure=words.text(f"{found.measure.workstream}.measures.{found.measure.id}.short"),
        before=before or words.text(f"charts.verdict.{found.before}"),
        before_month=words.month(judged.period if judged and is_told else month_before(edition)),
        month=words.month(last.period if last and not is_gone else edition.data_month),
        value=speaker.amounts.amount(last.value if last else None),
        why=(speaker.state(last) if last else "") or speaker.finding(series),
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    edition: Edition
    words: Words
    pages: Mapping[str, str]

    def listed(self, heading: str, items: Iterable[Item]) -> ItemList:
        every = tuple(items)
        beyond = every[SHOWN:]
        more = self._say("more", n=len(beyond)) if beyond else ""
        return ItemList(self._say(heading), every[:SHOWN], beyond, more)

    def new(self, found: Finding) -> Item:
        point, speaker = found.series.judged, Speaker(self.words, found.measure)
        centre = point.centre if point else None
        reason = speaker.reason(found.series, point) if point else ""
        text = self._say(
            "item" if centre is not None else "item_plain",
            measure=self._short(found),
            value=speaker.amounts.amount(point.value if point else None),
            centre=speaker.amounts.amount(centre),
            reason=reason[:1].upper() + reason[1:],
        )
        return self._item(found, text)

    def ended(self, found: Finding) -> Item:
        last, speaker = found.series.last, Speaker(self.words, found.measure)
        text = self._say(
            "ended_item",
            measure=self._short(found),
            value=speaker.amounts.amount(last.value if last else None),
            before=self._say(f"verdict.{found.before}"),
            now=self._say(f"verdict.{found.kind}"),
            month=self.words.month(month_before(self.edition)),
        )
        return self._item(found, text)

    def lapsed(self, found: Finding) -> Item:
        return self._item(found, lapsed_text(self.edition, self.words, found))

    def _item(self, found: Finding, text: str) -> Item:
        page = self.pages[found.measure.workstream]
        return Item(
            verdict=found.kind,
            side=found.side,
            unit=unit_name(self.edition, self.words, found.key.unit),
            text=text,
            href=f"{page}#{found.key.anchor}",
            is_simulated=is_simulated(found.series.judged or found.series.last),
        )

    def _short(self, found: Finding) -> str:
        measure = found.measure
        return self.words.text(f"{measure.workstream}.measures.{measure.id}.short")

    def _say(self, key: str, **facts: object) -> str:
        return self.words.text(f"pages.landing.changed.{key}", **facts)
