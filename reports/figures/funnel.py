"""One funnel as an inline SVG: units by size, the target, and the lines of 95 and 99.8 %.

Here: the picture alone, with no script and no style sheet, so that a page of one file can hold it.
Not here: words (handed in), what is outside (reports/spc/funnel.py) and where names find room
(label_places.py). A unit is told by shape as well as by colour: filled beyond 99.8 %, hollow beyond
95 %, a small dot within.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from statistics import median
from typing import Any

import polars as pl

from reports import theme
from reports.figures.label_places import Box, Mark, Place, Wanted, label_places, text_width
from reports.figures.labels import spread
from reports.figures.layers import LIMITS_COLOUR
from reports.figures.scales import Scale, scale_over

WIDTH, HEIGHT = 1000, 520
LEFT, RIGHT, TOP, BOTTOM = 76, 150, 14, 58
FONT, LABEL_GAP = 13, 16
# More names than these are not looked for: those furthest out are. So many have theirs wherever it
# finds room.
MOST_NAMED, MOST_KEPT = 30, 12
# So few units are all named, those within in grey; of more, those outside.
FEW_UNITS = 12
# Height of a name, and half the width of a mark outside and of one within, with their rims.
NAME_HEIGHT, HALF_OUTSIDE, HALF_WITHIN = 14, 7.5, 4.0
# From the middle of a name to its base line.
BASE = 4.5
# A funnel whose smallest unit has this share of its largest is drawn from 0.
FROM_ZERO = 0.5
_DASHES = {"lower_95": "5 4", "upper_95": "5 4", "lower_998": "", "upper_998": ""}
_SHAPES = {
    "circle": "M-4.500 0a4.500 4.500 0 1 0 9 0a4.500 4.500 0 1 0-9 0z",
    "diamond": "M0-6.500 6.500 0 0 6.500-6.500 0z",
    "square": "M-5-5h10v10h-10z",
    "triangle-up": "M0-6 6.500 5h-13z",
    "triangle-down": "M0 6 6.500-5h-13z",
}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelTexts:
    """All words on one funnel; `ends` by column of the lines, `points` one for each unit drawn."""

    name: str
    across: str
    up: str
    ends: Mapping[str, str]
    points: Sequence[str]
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a denominator and a value stand in the picture, in its own units."""

    across: Scale
    up: Scale

    def x(self, denominator: float) -> float:
        return round(LEFT + self.across.pixels(denominator, WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - BOTTOM - self.up.pixels(value, HEIGHT - TOP - BOTTOM), 1)

    def holds(self, row: Row, name: str) -> bool:
        """Whether a line is in the picture at this denominator."""
        value = row[name]
        is_across = self.across.low <= row["denominator"] <= self.across.high
        return value is not None and is_across and bool(self.up.low <= value <= self.up.high)


def funnel_svg(points: pl.DataFrame, lines: pl.DataFrame, texts: FunnelTexts) -> str:
    """An svg element of the units of one funnel that have a place; at least one.

    points, lines: as in reports.spc.funnel.Funnel, of one group. Lines may leave the picture where
    they widen towards the smallest units.
    """
    rows, drawn = points.to_dicts(), lines.to_dicts()
    frame = _frame(rows, lines)
    parts = [
        *_shade(drawn, frame),
        *_axes(frame, texts),
        *_lines(drawn, frame),
        *_ends(drawn, frame, texts),
        *_names(rows, drawn, frame),
        *_marks(rows, frame, texts),
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(texts.name)}" '
        f'font-family="Arial,Helvetica,Liberation Sans,sans-serif" font-size="{FONT}" '
        f'fill="{theme.INK_QUIET}">{"".join(parts)}</svg>'
    )


def _frame(rows: Sequence[Row], lines: pl.DataFrame) -> _Frame:
    """Axes that hold every unit, and the lines as far in as the middle unit."""
    sizes = [row["denominator"] for row in rows]
    middle = median(sizes)
    inner = lines.filter(pl.col("denominator") >= middle)
    drawn = [n for name in _DASHES for n in inner[name].to_list() if n is not None]
    values = [row["value"] for row in rows] + lines["target"].head(1).to_list() + drawn
    low, high = min(values), max(values)
    least, most = min(sizes), max(sizes)
    up = scale_over(0.0 if 0 < low < FROM_ZERO * high else low, high)
    return _Frame(scale_over(0.0 if least < FROM_ZERO * most else least, most), up)


def _axes(frame: _Frame, texts: FunnelTexts) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for tick in frame.up.ticks:
        y = frame.y(tick)
        yield f'<path d="M{LEFT} {y}H{right}" stroke="{theme.CHART_GRID}"/>'
        said = f"{tick:,.{frame.up.decimals}f}{texts.suffix}"
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(said)}</text>'
    for tick in frame.across.ticks:
        x, said = frame.x(tick), f"{tick:,.{frame.across.decimals}f}"
        yield f'<path d="M{x} {bottom}v5" stroke="{LIMITS_COLOUR}"/>'
        yield f'<text x="{x}" y="{bottom + 20}" text-anchor="middle">{said}</text>'
    yield f'<path d="M{LEFT} {bottom}H{right}" stroke="{LIMITS_COLOUR}"/>'
    middle = (LEFT + right) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{escape(texts.across)}</text>'
    turned = f"rotate(-90 18 {(TOP + bottom) / 2})"
    yield (
        f'<text x="18" y="{(TOP + bottom) / 2}" text-anchor="middle" transform="{turned}">'
        f"{escape(texts.up)}</text>"
    )


def _shade(rows: Sequence[Row], frame: _Frame) -> Iterator[str]:
    """The inside of the 95 % lines; a line that is not there or out of the picture is its edge.

    Its corners are in whole units: the lines over it are exact, and pages have to stay small.
    """
    there = [r for r in rows if frame.across.low <= r["denominator"] <= frame.across.high]
    if not there:
        return
    low, high = frame.up.low, frame.up.high
    upper = [(row, high if row["upper_95"] is None else row["upper_95"]) for row in there]
    lower = [(row, low if row["lower_95"] is None else row["lower_95"]) for row in there]
    corners = "L".join(
        f"{frame.x(row['denominator']):.0f} {frame.y(min(max(value, low), high)):.0f}"
        for row, value in (*upper, *reversed(lower))
    )
    yield f'<path d="M{corners}z" fill="{theme.CHART_BAND}"/>'


def _lines(rows: Sequence[Row], frame: _Frame) -> Iterator[str]:
    """Each line where it is in the picture, and the target across."""
    for name, dashes in _DASHES.items():
        path = "".join(
            "M" + "L".join(f"{x} {y}" for x, y in run) for run in _runs(rows, frame, name)
        )
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield f'<path d="{path}" fill="none" stroke="{theme.INK_QUIET}"{dashed}/>'
    for (x, y), (to_x, _) in _target(rows, frame):
        yield f'<path d="M{x} {y}H{to_x}" stroke="{theme.INK}" stroke-width="1.500"/>'


def _runs(rows: Sequence[Row], frame: _Frame, name: str) -> Iterator[list[tuple[float, float]]]:
    """The pieces of a line that are in the picture, as places."""
    for is_there, run in groupby(rows, key=lambda row: frame.holds(row, name)):
        if is_there:
            yield [(frame.x(row["denominator"]), frame.y(row[name])) for row in run]


def _target(rows: Sequence[Row], frame: _Frame) -> list[list[tuple[float, float]]]:
    """The target's line across the picture, or nothing without one."""
    return [
        [(float(LEFT), y), (float(WIDTH - RIGHT), y)]
        for y in [frame.y(row["target"]) for row in rows[:1]]
    ]


def _ends(rows: Sequence[Row], frame: _Frame, texts: FunnelTexts) -> Iterator[str]:
    """What each line is, at its right end, pushed apart where they would touch."""
    if not rows:
        return
    last = max(
        (row for row in rows if row["denominator"] <= frame.across.high),
        key=lambda row: float(row["denominator"]),
    )
    ends = {name: last[name] for name in texts.ends if frame.holds(last, name)}
    ordered = sorted(ends, key=lambda name: -ends[name])
    for name, y in zip(
        ordered, spread([frame.y(ends[name]) for name in ordered], LABEL_GAP), strict=True
    ):
        said = escape(texts.ends[name])
        yield f'<text x="{WIDTH - RIGHT + 8}" y="{round(y + 4, 1)}">{said}</text>'


def _marks(rows: Sequence[Row], frame: _Frame, texts: FunnelTexts) -> Iterator[str]:
    """Units within first, so that none hides one outside."""
    order = {"within": 0, "beyond_95": 1, "beyond_998": 2}
    pairs = zip(rows, texts.points, strict=True)
    for row, said in sorted(pairs, key=lambda pair: order[pair[0]["place"]]):
        verdict = row["verdict_95"]
        colour, shape = theme.verdict_colour(verdict), _SHAPES[theme.verdict_symbol(verdict)]
        is_small = row["place"] == "within" and row["too_small"]
        fill = theme.PAPER if row["place"] == "beyond_95" or is_small else colour
        size = " scale(.7)" if row["place"] == "within" else ""
        place = f"translate({frame.x(row['denominator'])} {frame.y(row['value'])}){size}"
        yield (
            f'<path d="{shape}" transform="{place}" fill="{fill}" stroke="{colour}" '
            f'stroke-width="1.500"><title>{escape(said)}</title></path>'
        )


def _names(rows: Sequence[Row], lines: Sequence[Row], frame: _Frame) -> Iterator[str]:
    """Names of units, the furthest out first, each where it is read with its own mark.

    Of few units all are named. Of many those outside; where nothing is free one is left out, but
    for the MOST_KEPT furthest beyond 99.8 %.
    """
    are_few = len(rows) <= FEW_UNITS
    named = [row for row in rows if are_few or row["place"] != "within"]
    order = {"beyond_998": 0, "beyond_95": 1, "within": 2}
    named.sort(key=lambda row: (order[row["place"]], -abs(row["z"] or 0)))
    named = named[:MOST_NAMED]
    wanted = [
        Wanted(
            mark=_mark_of(row, frame),
            width=text_width(row["unit"], FONT),
            is_kept=are_few or (rank < MOST_KEPT and row["place"] == "beyond_998"),
        )
        for rank, row in enumerate(named)
    ]
    drawn = [run for name in _DASHES for run in _runs(lines, frame, name)]
    inside = Box(LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM)
    marks = [_mark_of(row, frame) for row in rows]
    places = label_places(wanted, marks, [*drawn, *_target(lines, frame)], inside, NAME_HEIGHT)
    placed = [(row, place) for row, place in zip(named, places, strict=True) if place]
    for _, place in placed:
        if place.leader:
            x, y, to_x, to_y = place.leader
            yield f'<path d="M{x} {y}L{to_x} {to_y}" stroke="{theme.INK_QUIET}"/>'
    for row, place in placed:
        yield _name(row, place)


def _name(row: Row, place: Place) -> str:
    ink = theme.INK_QUIET if row["place"] == "within" else theme.INK
    return (
        f'<text x="{round(place.x, 1)}" y="{round(place.y + BASE, 1)}" '
        f'text-anchor="{place.anchor}" fill="{ink}" stroke="{theme.PAPER}" stroke-width="4" '
        f'paint-order="stroke">{escape(row["unit"])}</text>'
    )


def _mark_of(row: Row, frame: _Frame) -> Mark:
    half = HALF_WITHIN if row["place"] == "within" else HALF_OUTSIDE
    return Mark(frame.x(row["denominator"]), frame.y(row["value"]), half)
