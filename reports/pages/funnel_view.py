"""One funnel in words: its headline, what is outside, notes, and the table of its units.

Belongs here: what is said of a funnel, wherever it is shown. Does not belong here: words
(funnel_page.yaml of each language), drawing (reports/figures/funnel.py), statistics, the pages.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import polars as pl

from reports.figures.funnel import FunnelTexts, funnel_svg
from reports.spc.funnel import LINES, Funnel
from reports.spc.funnel_plan import FunnelKind, FunnelNote, FunnelPlan, Place
from reports.spc.vocabulary import Verdict
from reports.words import Words

MOST_UNITS = 2000
# Names of units in one sentence.
MOST_NAMES = 20
# Of the largest value: in a file of one's own, and in a report, where readers compare at a glance.
FIGURES, FIGURES_IN_REPORT = 4, 3
# No more decimals than these are read, whatever they would tell apart.
MOST_DECIMALS = 6

Row = Mapping[str, Any]

HEADS = (
    "unit",
    "numerator",
    "denominator",
    "value",
    "expected",
    "lines_95",
    "lines_998",
    "place",
    "verdict",
)
NUMBER_COLUMNS = (1, 2, 3, 4, 5, 6)
_OUTSIDE = (Place.BEYOND_998, Place.BEYOND_95)
_SIDES = MappingProxyType({1: "high", -1: "low"})
# Lines that have a name at their right end, and the two whose name says that they are widened.
_ENDS = ("upper_998", "upper_95", "target", "lower_95", "lower_998")
_WIDENED = frozenset({"upper_998", "upper_95"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelView:
    """One funnel ready to print; `svg` is empty where no unit has a place.

    `method` says in technical terms how the lines are calculated, where there is something to say.
    """

    id: str
    headline: str
    alternative: str
    svg: str
    facts: tuple[str, ...]
    method: str
    caption: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    """What a report calls a funnel of its own and the axis across."""

    headline: str
    across: str


def heads(words: Words) -> tuple[str, ...]:
    """The names of the columns of a funnel's table."""
    return tuple(words.text(f"funnel_page.table.head.{head}") for head in HEADS)


def funnel_view(
    anchor: str,
    of: Row,
    found: Funnel,
    plan: FunnelPlan,
    words: Words,
    own: ReportWords | None = None,
) -> FunnelView:
    """One funnel, of the group that `of`, its row of the summary, names.

    In a report its `own` words take the place of those that name units and exposure.
    """
    same = pl.col("group").eq_missing(pl.lit(of["group"], pl.String))
    points, lines = found.points.filter(same), found.lines.filter(same)
    shown = _shown(points)
    placed = shown.filter(pl.col("place").is_not_null())
    figures = FIGURES if own is None else FIGURES_IN_REPORT
    digits = decimals_for([*placed["value"].to_list(), of["target"]], figures)
    # A report compares few units: all have the decimals that tell the lines of each apart.
    apart = (decimals_apart(row, digits) for row in placed.iter_rows(named=True))
    in_table = digits if own is None else max(apart, default=digits)
    headline = _headline(points, of["group"], words) if own is None else own.headline
    across = words.text(f"funnel_page.across.{plan.kind.value}") if own is None else own.across
    texts = FunnelTexts(
        name=headline,
        across=across,
        up=_up(plan, words),
        ends=_ends(of, digits, plan, words),
        points=[_of_point(row, digits, words) for row in placed.iter_rows(named=True)],
    )
    return FunnelView(
        id=anchor,
        headline=headline,
        alternative=_alternative(points, of, digits, plan, words),
        svg=funnel_svg(placed, lines, texts) if len(placed) else "",
        facts=_facts(points, shown, of, words),
        method=_method(of, words),
        caption=words.text("funnel_page.table.caption", n=len(shown)),
        rows=tuple(_cells(row, in_table, words) for row in shown.iter_rows(named=True)),
    )


def _shown(points: pl.DataFrame) -> pl.DataFrame:
    if len(points) <= MOST_UNITS:
        return points
    outside = pl.col("place").is_in([place.value for place in _OUTSIDE]).fill_null(False)
    return points.sort(outside, descending=True, maintain_order=True).head(MOST_UNITS)


def decimals_for(values: Iterable[float | None], figures: int = FIGURES) -> int:
    """Decimals that show so many figures of the largest value."""
    largest = max((abs(value) for value in values if value), default=1.0)
    return min(MOST_DECIMALS, max(0, figures - 1 - math.floor(math.log10(largest))))


def decimals_apart(row: Row, least: int) -> int:
    """The fewest decimals, at least those given, by which a unit's lines look different.

    So does its own figure from each of them: one above a line must not read as one on it.
    """
    there = (row[name] for name in ("value", *LINES) if row[name] is not None)
    numbers = sorted({round(number, MOST_DECIMALS) for number in there})
    enough = (
        digits
        for digits in range(least, MOST_DECIMALS)
        if all(f"{low:.{digits}f}" != f"{high:.{digits}f}" for low, high in pairwise(numbers))
    )
    return next(enough, MOST_DECIMALS)


def _as_given(number: float, words: Words) -> str:
    """With no more decimals than the number has."""
    exponent = Decimal(f"{number:.10g}").as_tuple().exponent
    return words.number(number, max(0, -int(exponent)))


def _up(plan: FunnelPlan, words: Words) -> str:
    is_share = plan.kind is FunnelKind.PROPORTION and plan.multiplier == 100
    form = "plain" if plan.multiplier == 1 else "per_cent" if is_share else "per"
    multiplier = _as_given(plan.multiplier, words)
    return words.text(f"funnel_page.up.{plan.kind.value}.{form}", multiplier=multiplier)


def _ends(of: Row, digits: int, plan: FunnelPlan, words: Words) -> dict[str, str]:
    """What each line is called at its right end, by its column."""
    target = "" if of["target"] is None else words.number(of["target"], digits)
    widened = _WIDENED if of["adjusted"] else frozenset()
    keys = {name: f"{name}_widened" if name in widened else name for name in _ENDS}
    keys["target"] = _centre(plan)
    return {
        name: words.text(f"funnel_page.ends.{key}", target=target) for name, key in keys.items()
    }


def _of_point(row: Row, digits: int, words: Words) -> str:
    return words.text(
        "funnel_page.point",
        unit=row["unit"],
        value=words.number(row["value"], digits),
        numerator=_as_given(row["numerator"], words),
        denominator=_as_given(row["denominator"], words),
        place=place_text(row, words),
    )


def place_text(row: Row, words: Words) -> str:
    """Where a unit lies, and whether its size could show anything else."""
    if row["place"] is None:
        where = "none"
    elif Place(row["place"]) is Place.WITHIN:
        where = "too_small" if row["too_small"] else "within"
    else:
        where = f"{row['place']}.{_SIDES[row['side']]}"
    return words.text(f"funnel_page.place.{where}")


def _headline(points: pl.DataFrame, group: str | None, words: Words) -> str:
    counts = {place: _count(points, place) for place in _OUTSIDE}
    found = ", ".join(
        words.text(f"funnel_page.headline.{place.value}", n=n) for place, n in counts.items() if n
    )
    if group is None:
        return found or words.text("funnel_page.headline.none")
    key = "of_group" if found else "none_of_group"
    return words.text(f"funnel_page.headline.{key}", group=group, found=found)


def _count(points: pl.DataFrame, place: Place) -> int:
    return len(points.filter(pl.col("place") == place.value))


def _centre(plan: FunnelPlan) -> str:
    """What the line in the middle is: a target that was given, or all units together."""
    return "overall" if plan.given_target is None else "target"


def _alternative(points: pl.DataFrame, of: Row, digits: int, plan: FunnelPlan, words: Words) -> str:
    """The drawing in words."""

    def say(key: str, **facts: object) -> str:
        return words.text(f"funnel_page.alternative.{key}", **facts)

    if of["target"] is None:
        return say("no_place")
    said = [say(_centre(plan), n=of["units"], target=words.number(of["target"], digits))]
    for place in _OUTSIDE:
        for side, name in _SIDES.items():
            there = points.filter(pl.col("place") == place.value, pl.col("side") == side)
            if len(there):
                units = _names(there["unit"].to_list(), words)
                said.append(say(f"{place.value}.{name}", units=units))
    small = points.filter(pl.col("too_small"), pl.col("place") == Place.WITHIN.value)
    if len(small):
        said.append(say("too_small", n=len(small)))
    return " ".join(said)


def _names(units: Sequence[str], words: Words) -> str:
    names, rest = ", ".join(units[:MOST_NAMES]), len(units) - MOST_NAMES
    return names if rest <= 0 else words.text("funnel_page.alternative.more", units=names, n=rest)


def _facts(points: pl.DataFrame, shown: pl.DataFrame, of: Row, words: Words) -> tuple[str, ...]:
    facts = [words.text(f"funnel_page.note.{FunnelNote(note).value}") for note in of["notes"]]
    if len(shown) < len(points):
        count = words.number(len(shown), 0)
        facts.append(words.text("funnel_page.rows_part", shown=count, n=len(points)))
    return tuple(facts)


def _method(of: Row, words: Words) -> str:
    """How far the units differ in all, and whether the lines are widened for it."""
    if of["phi"] is None:
        return ""
    key = "widened" if of["adjusted"] else "not_widened"
    tau2 = words.number(of["tau2"], decimals_for([of["tau2"]], 2))
    return words.text(f"funnel_page.dispersion.{key}", phi=words.number(of["phi"], 1), tau2=tau2)


def _cells(row: Row, digits: int, words: Words) -> tuple[str, ...]:
    def number(name: str, decimals: int) -> str:
        return "" if row[name] is None else words.number(row[name], decimals)

    def given(name: str) -> str:
        return "" if row[name] is None else _as_given(row[name], words)

    return (
        row["unit"],
        given("numerator"),
        given("denominator"),
        number("value", digits),
        number("expected", 1),
        lines_text(row, "95", digits, words),
        lines_text(row, "998", digits, words),
        place_text(row, words),
        _verdict(Verdict(row["verdict_95"]), words),
    )


def lines_text(row: Row, level: str, digits: int, words: Words, suffix: str = "") -> str:
    """The two lines of a level at this unit, either of which may not be there.

    suffix: the unit's sign, after each number.
    """
    if row["place"] is None:
        return ""
    ends = {"lower": row[f"lower_{level}"], "upper": row[f"upper_{level}"]}
    there = {end: words.number(at, digits) + suffix for end, at in ends.items() if at is not None}
    form = "both" if len(there) == len(ends) else next(iter(there), "none")
    return words.text(f"funnel_page.table.lines.{form}", **there)


def _verdict(verdict: Verdict, words: Words) -> str:
    # A unit without a place has its numbers beside it: not judged, rather than no figure.
    key = "not_judged" if verdict is Verdict.NONE else verdict.value
    return words.text(f"charts.verdict.{key}")
