"""A series as a small inline SVG: band, mean, line, and the last point with its shape.

Here: the picture for tables, the matrix and pages without JavaScript. Colours come from the style
sheet by class, so it prints and survives forced colours. It has no words and is hidden from
screen readers: the text beside it says the same. A page can hold thousands: places are whole
pixels and steps from one to the next, which halves them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from reports import theme
from reports.figures.series import Point, Series

MONTHS = 24
MARGIN = 3.0


def sparkline(series: Series, width: int = 110, height: int = 24, count: int = MONTHS) -> str:
    """An svg element of the last `count` points, or an empty string without any value.

    Classes: `sp` and the verdict's short name on the svg; `sb` band, `sm` mean, `sl` line.
    """
    shown = series.last_months(count)
    if shown.last is None:
        return ""
    place = _Place(shown, width, height)
    parts = [*_bands(shown, place), *_means(shown, place), *_lines(shown, place)]
    last = max(i for i, p in enumerate(shown.points) if p.value is not None)
    mark = _mark(shown.points[last], place, last)
    return (
        f'<svg class="sp {theme.verdict_class(shown.points[last].verdict)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-hidden="true">{"".join(parts)}{mark}</svg>'
    )


class _Place:
    """Where a position and a value stand in the picture, in its own units."""

    def __init__(self, series: Series, width: int, height: int) -> None:
        numbers = [
            n
            for p in series.points
            for n in (p.value, p.lower_2sigma, p.upper_2sigma)
            if n is not None
        ]
        # Of each phase the mean that is drawn: the style sheet lets lines leave the picture.
        numbers += [point.centre for _, _, point in _phases(series) if point.centre is not None]
        self.low, self.span = min(numbers), (max(numbers) - min(numbers)) or 1.0
        self.step = (width - 2 * MARGIN - 2) / max(1, len(series.points) - 1)
        self.height = height

    def x(self, position: float) -> int:
        return round(MARGIN + position * self.step)

    def y(self, value: float) -> int:
        inner = self.height - 2 * MARGIN
        return round(self.height - MARGIN - (value - self.low) / self.span * inner)


def _bands(series: Series, place: _Place) -> Iterator[str]:
    """A flat band for each phase: a step for each month would not be seen at this size."""
    for first, last, point in _phases(series):
        if point.upper_2sigma is not None and point.lower_2sigma is not None:
            top, bottom = place.y(point.upper_2sigma), place.y(point.lower_2sigma)
            across = f"M{place.x(first)} {top}H{place.x(last)}V{bottom}H{place.x(first)}z"
            yield f'<path class="sb" d="{across}"/>'


def _means(series: Series, place: _Place) -> Iterator[str]:
    for first, last, point in _phases(series):
        if point.centre is not None:
            start = f"M{place.x(first)} {place.y(point.centre)}"
            yield f'<path class="sm" d="{start}H{place.x(last)}"/>'


def _phases(series: Series) -> Iterator[tuple[int, int, Point]]:
    """First and last position of each phase and the last of its points that has a centre."""
    known = [(i, p) for i, p in enumerate(series.points) if p.centre is not None]
    for _, run in groupby(known, key=lambda pair: pair[1].phase):
        pairs = list(run)
        limited = [p for _, p in pairs if p.upper_2sigma is not None]
        yield pairs[0][0], pairs[-1][0], (limited or [pairs[-1][1]])[-1]


def _lines(series: Series, place: _Place) -> Iterator[str]:
    runs = groupby(enumerate(series.points), key=lambda pair: pair[1].value is not None)
    paths = [
        _path([(place.x(i), place.y(p.value)) for i, p in run if p.value is not None])
        for has_value, run in runs
        if has_value
    ]
    yield f'<path class="sl" d="{"".join(paths)}"/>'


def _path(places: list[tuple[int, int]]) -> str:
    """A line from place to place: the first as it is, then steps; a minus sign also separates."""
    (x, y), steps = places[0], pairwise(places)
    moved = [number for here, there in steps for number in (there[0] - here[0], there[1] - here[1])]
    written = "".join(f" {n}" if n >= 0 else str(n) for n in moved).lstrip()
    return f"M{x} {y}" + (f"l{written}" if written else "h0")


def _mark(point: Point, place: _Place, position: int) -> str:
    """The last point: circle, diamond, square or triangle, by its verdict."""
    x, y = place.x(position), place.y(point.value or 0.0)
    paths = {
        "diamond": "m0-4 4 4-4 4-4-4z",
        "square": "m-3.2-3.2h6.4v6.4h-6.4z",
        "triangle-up": "m0-4 4 7h-8z",
        "triangle-down": "m0 4 4-7h-8z",
    }
    shape = paths.get(theme.verdict_symbol(point.verdict))
    return f'<path d="M{x} {y}{shape}"/>' if shape else f'<circle cx="{x}" cy="{y}" r="2.7"/>'
