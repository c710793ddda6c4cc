"""The page that `safecare funnel --html` makes: the funnels of a file, in one file.

Here: what is said of each funnel, its table, and the words, in English only as the command speaks.
Not here: drawing (reports/figures/funnel.py), markup (funnel_page.html.jinja), statistics. The page
holds its styles and pictures and has no scripts, so that it opens from a disk without a network.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from reports.figures.funnel import FunnelTexts, funnel_svg
from reports.pages.render import render
from reports.spc.funnel import Funnel
from reports.spc.funnel_plan import FunnelKind, FunnelNote, FunnelPlan
from reports.spc.vocabulary import Direction, Verdict
from reports.words import Words

# More would make a page that no browser likes; the files of the command have all of them.
MOST_FUNNELS = 50
MOST_UNITS = 2000
STATIC = Path(__file__).parents[1] / "static"
STYLES = ("report.css", "charts.css")

Row = Mapping[str, Any]

HEADS = (
    "Unit",
    "Numerator",
    "Denominator",
    "Value",
    "Expected",
    "95 % lines",
    "99.8 % lines",
    "Place",
    "Verdict",
)
_NUMBERS = (1, 2, 3, 4, 5, 6)
_ACROSS = MappingProxyType(
    {
        FunnelKind.RATE: "Exposure",
        FunnelKind.PROPORTION: "Cases",
        FunnelKind.RATIO: "Expected events",
    }
)
_UP = MappingProxyType(
    {
        FunnelKind.RATE: "Rate",
        FunnelKind.PROPORTION: "Proportion",
        FunnelKind.RATIO: "Observed over expected",
    }
)
_VERDICTS = MappingProxyType(
    {
        Verdict.NONE: "not judged",
        Verdict.COMMON_CAUSE: "no signal",
        Verdict.IMPROVEMENT: "improvement",
        Verdict.CONCERN: "concern",
        Verdict.CHANGE_HIGH: "high",
        Verdict.CHANGE_LOW: "low",
    }
)
_BETTER = MappingProxyType(
    {
        Direction.UP: "Higher is better.",
        Direction.DOWN: "Lower is better.",
        Direction.NEUTRAL: "Neither high nor low is better.",
    }
)
_NOTES = MappingProxyType(
    {
        FunnelNote.UNITS_WITHOUT_PLACE: "Units of 0/0 or without a number have no place.",
        FunnelNote.ALL_ZERO: "No unit has an event, so there are no lines.",
        FunnelNote.ALL_FULL: "Every unit has all its cases, so there are no lines.",
        FunnelNote.ONE_UNIT: "One unit cannot show how far units differ.",
        FunnelNote.NOT_ADJUSTED: (
            "Units differ by more than chance allows, and the lines are not widened for it: many "
            "units outside may say more of the measure than of the units."
        ),
        FunnelNote.NOTHING_TO_ADJUST: "Units differ no more than by chance: nothing to widen.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelView:
    """One funnel ready to print; `svg` is empty where no unit has a place."""

    id: str
    headline: str
    alternative: str
    svg: str
    facts: tuple[str, ...]
    caption: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelPage:
    """The whole page; `numbers` are the places of columns set to the right."""

    title: str
    intro: tuple[str, ...]
    funnels: tuple[FunnelView, ...]
    styles: str
    heads: tuple[str, ...] = HEADS
    numbers: tuple[int, ...] = _NUMBERS


def funnel_page(title: str, found: Funnel, plan: FunnelPlan, words: Words) -> bytes:
    """The page of a file's funnels: the first 50, of each at most 2,000 units, outside ones first.

    words: for the way numbers are written.
    """
    groups = found.summary.head(MOST_FUNNELS).to_dicts()
    views = tuple(_view(i, row, found, plan, words) for i, row in enumerate(groups))
    intro = [
        "Each mark is a unit, by its size: filled shapes lie beyond the 99.8 % lines, hollow ones "
        "beyond the 95 % lines, dots within; a ring is too small to tell. "
        + _BETTER[plan.direction]
        + " Of units that do not differ, 1 in 20 or fewer lies outside the 95 % lines by chance, "
        "and 1 in 500 or fewer outside the 99.8 % lines."
    ]
    if len(found.summary) > MOST_FUNNELS:
        intro.append(f"The first {MOST_FUNNELS} of {len(found.summary):,} funnels are shown.")
    page = FunnelPage(title=title, intro=tuple(intro), funnels=views, styles=_styles())
    return render("funnel_page.html.jinja", words=words, page=page)


@cache
def _styles() -> str:
    return "".join((STATIC / name).read_text(encoding="utf-8") for name in STYLES)


def _view(number: int, of: Row, found: Funnel, plan: FunnelPlan, words: Words) -> FunnelView:
    same = pl.col("group").eq_missing(pl.lit(of["group"], pl.String))
    points, lines = found.points.filter(same), found.lines.filter(same)
    shown = _shown(points)
    placed = shown.filter(pl.col("place").is_not_null())
    digits = _digits([*placed["value"].to_list(), of["target"]])
    texts = _texts(placed, of, plan, digits, words)
    return FunnelView(
        id=f"funnel-{number}",
        headline=_headline(points, of["group"]),
        alternative=_alternative(points, of, digits, words),
        svg=funnel_svg(placed, lines, texts) if len(placed) else "",
        facts=_facts(points, shown, of, words),
        caption=f"The {len(shown):,} units as a table",
        rows=tuple(_cells(row, digits, words) for row in shown.iter_rows(named=True)),
    )


def _shown(points: pl.DataFrame) -> pl.DataFrame:
    if len(points) <= MOST_UNITS:
        return points
    outside = (pl.col("place") != "within").fill_null(False)
    return points.sort(outside, descending=True, maintain_order=True).head(MOST_UNITS)


def _digits(values: Iterable[float | None]) -> int:
    """Decimals that show four figures of the largest value."""
    largest = max((abs(value) for value in values if value), default=1.0)
    return min(6, max(0, 3 - math.floor(math.log10(largest))))


def _texts(
    placed: pl.DataFrame, of: Row, plan: FunnelPlan, digits: int, words: Words
) -> FunnelTexts:
    target = "" if of["target"] is None else words.number(of["target"], digits)
    per = f" per {plan.multiplier:,g}" if plan.multiplier != 1 else ""
    per = " (%)" if (plan.kind, plan.multiplier) == (FunnelKind.PROPORTION, 100) else per
    widened = ", widened" if of["adjusted"] else ""
    ends = {
        "upper_998": f"99.8 %{widened}",
        "upper_95": f"95 %{widened}",
        "target": f"target {target}",
        "lower_95": "95 %",
        "lower_998": "99.8 %",
    }
    return FunnelTexts(
        name=_headline(placed, of["group"]),
        across=_ACROSS[plan.kind],
        up=_UP[plan.kind] + per,
        ends=ends,
        points=[_of_point(row, digits, words) for row in placed.iter_rows(named=True)],
    )


def _of_point(row: Row, digits: int, words: Words) -> str:
    value = words.number(row["value"], digits)
    counts = f"{row['numerator']:,g} of {row['denominator']:,g}"
    return f"{row['unit']}: {value} ({counts}), {_place(row)}"


def _place(row: Row) -> str:
    """Where a unit lies, and whether its size could show anything else."""
    side = {1: "above", -1: "below", 0: "within", None: "no place"}[row["side"]]
    place = {
        "beyond_998": f"{side} the 99.8 % lines",
        "beyond_95": f"{side} the 95 % lines",
        "within": "too small to tell" if row["too_small"] else "within",
        None: "no place",
    }
    return place[row["place"]]


def _headline(points: pl.DataFrame, group: str | None) -> str:
    far, near = (_count(points, place) for place in ("beyond_998", "beyond_95"))
    parts = [
        f"{n} {'unit' if n == 1 else 'units'} beyond the {level} % lines"
        for n, level in ((far, "99.8"), (near, "95"))
        if n
    ]
    said = ", ".join(parts) or "No unit lies outside the lines"
    return said if group is None else f"{group}: {said[0].lower()}{said[1:]}"


def _count(points: pl.DataFrame, place: str) -> int:
    return len(points.filter(pl.col("place") == place))


def _alternative(points: pl.DataFrame, of: Row, digits: int, words: Words) -> str:
    """The drawing in words."""
    if of["target"] is None:
        return "No unit has a place."
    said = [f"{of['units']:,} units around a target of {words.number(of['target'], digits)}."]
    for place, level in (("beyond_998", "99.8"), ("beyond_95", "95 but not the 99.8")):
        for side, word in ((1, "Above"), (-1, "Below")):
            there = points.filter(pl.col("place") == place, pl.col("side") == side)
            if len(there):
                said.append(f"{word} the {level} % line: {_list(there['unit'].to_list())}.")
    small = len(points.filter(pl.col("too_small"), pl.col("place") == "within"))
    if small:
        said.append(
            f"Too small to tell: {small:,}; with twice the expected count they would still lie "
            "within the 95 % lines."
        )
    return " ".join(said)


def _list(names: Sequence[str], most: int = 20) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def _facts(points: pl.DataFrame, shown: pl.DataFrame, of: Row, words: Words) -> tuple[str, ...]:
    facts = [_NOTES[FunnelNote(note)] for note in of["notes"]]
    if of["phi"] is not None:
        widened = "widened" if of["adjusted"] else "not widened"
        phi, tau2 = words.number(of["phi"], 2), f"{of['tau2']:.4g}"
        facts.append(f"Over-dispersion: phi {phi}, tau2 {tau2}; the lines are {widened}.")
    if len(shown) < len(points):
        facts.append(f"{len(shown):,} of {len(points):,} units are shown, those outside first.")
    return tuple(facts)


def _cells(row: Row, digits: int, words: Words) -> tuple[str, ...]:
    def number(name: str, decimals: int = digits) -> str:
        return "" if row[name] is None else words.number(row[name], decimals)

    def lines(level: str) -> str:
        low, high = number(f"lower_{level}") or "none", number(f"upper_{level}") or "none"
        return "" if row["place"] is None else f"{low} to {high}"

    return (
        row["unit"],
        "" if row["numerator"] is None else f"{row['numerator']:,g}",
        "" if row["denominator"] is None else f"{row['denominator']:,.10g}",
        number("value"),
        number("expected", 1),
        lines("95"),
        lines("998"),
        _place(row),
        _VERDICTS[Verdict(row["verdict_95"])],
    )
