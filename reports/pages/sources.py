"""Where figures come from, in words: one sentence for a chart, one mark for a figure.

Belongs here: which sentence is true of a series' sources. Does not belong here: the words
(charts.yaml), the banners of a page (frame.py), lines in a chart (chart.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reports.figures.series import Point, Series
from reports.figures.sizes import Size
from reports.words import Words

SIMULATED = frozenset({"simulated", "simulated_on_published"})
# Up to so many stretches of months with another source are named one by one.
MOST_SPANS = 3

Run = tuple[str, tuple[date, ...]]


def is_simulated(point: Point | None) -> bool:
    """Whether a figure is simulated, or counted from simulated numbers."""
    return point is not None and point.provenance in SIMULATED


def source_sentence(series: Series, words: Words, size: Size) -> str:
    """Where the figures of a chart come from, also where several sources meet; empty if unknown."""
    runs = series.source_runs
    if not runs:
        return ""
    if len({source for source, _ in runs}) == 1:
        every = "source_every" if size is Size.SMALL else "source_all"
        return words.text(f"charts.{every}.{runs[0][0]}")
    return _change(runs, words) if len(runs) == 2 and _is_lasting(runs) else _mixed(runs, words)


def _is_lasting(runs: Sequence[Run]) -> bool:
    """Whether both of two sources last for a while: a single month is told as an exception."""
    return min(len(months) for _, months in runs) > 1


def _change(runs: Sequence[Run], words: Words) -> str:
    (before, old), (after, new) = runs
    return words.text(
        "charts.source_change",
        before=words.text(f"charts.source_before.{before}"),
        until=words.month(old[-1]),
        after=words.text(f"charts.source_after.{after}", month=words.month(new[0])),
    )


def _mixed(runs: Sequence[Run], words: Words) -> str:
    """The source of most months, then the months of each other one."""
    months = {source: sum(len(m) for s, m in runs if s == source) for source, _ in runs}
    base = max(months, key=lambda source: months[source])
    others = [_other(source, runs, words) for source in months if source != base]
    return words.text(
        "charts.source_mixed",
        base=words.text(f"charts.source_base.{base}"),
        others="; ".join(others),
    )


def _other(source: str, runs: Sequence[Run], words: Words) -> str:
    spans = [months for one, months in runs if one == source]
    if len(spans) > MOST_SPANS:
        return words.text(f"charts.source_many.{source}", n=sum(map(len, spans)))
    named = ", ".join(_span(span, words) for span in spans)
    return words.text(f"charts.source_span.{source}", months=named)


def _span(months: Sequence[date], words: Words) -> str:
    first, last = words.month(months[0]), words.month(months[-1])
    if months[0] == months[-1]:
        return first
    return words.text("charts.page.months_range", first=first, last=last)
