"""Where things stand on a chart: the range of values, round ticks, digits, months on the axis.

Here: arithmetic on numbers and dates. Not here: words (month names are handed in) and drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from reports.figures.series import Series

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
MOST_TICKS = 5
# A target further from the data than twice their own spread would squash them: it is left to words.
TARGET_REACH = 2.0
PADDING = 0.07
# Drawing needs a thousandth of the axis, no more; longer numbers only make pages heavy.
DRAWN_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """A value axis: its ends, its ticks and the decimals the ticks need."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int

    @property
    def digits(self) -> int:
        """Decimals that drawing needs on this axis."""
        return digits_for(self.high - self.low)

    def line_digits(self, height: float) -> int:
        """Decimals that place a line within half a pixel in a plot of `height` pixels."""
        return max(0, math.ceil(math.log10(height / (self.high - self.low))))

    def pixels(self, value: float, height: float) -> float:
        """Height of a value above the axis in a plot of `height` pixels."""
        return (value - self.low) / (self.high - self.low) * height


def digits_for(span: float) -> int:
    """Decimals that show a thousandth of a span: 3 for a span of 1.7, 1 for one of 170."""
    return min(6, max(0, DRAWN_DIGITS - math.floor(math.log10(span))))


def extent(series: Series, with_target: bool) -> tuple[float, float]:
    """Least and largest of what a chart of the series shows. Raises ValueError without values."""
    shown = [
        number
        for point in series.points
        for number in (point.value, point.centre, point.lower, point.upper)
        if number is not None
    ]
    low, high = min(shown), max(shown)
    targets = [point.target for point in series.points if point.target is not None]
    reach = TARGET_REACH * (high - low)
    near = [t for t in targets if with_target and low - reach <= t <= high + reach]
    return min([low, *near]), max([high, *near])


def is_within_reach(series: Series, low: float, high: float) -> bool:
    """Whether a line from `low` to `high` can be drawn behind a series without squashing it."""
    least, most = extent(series, with_target=False)
    reach = TARGET_REACH * (most - least)
    return least - reach <= low and high <= most + reach


def scale_over(low: float, high: float) -> Scale:
    """An axis with three to five round ticks that holds both ends; never below 0 without need."""
    span = high - low or abs(high) or 1.0
    start = low - PADDING * span
    start = 0.0 if low >= 0 > start else start
    end = high + PADDING * span
    step = _step(end - start)
    count = range(math.ceil(start / step - 1e-9), math.floor(end / step + 1e-9) + 1)
    decimals = next(d for d in range(20) if math.isclose(step * 10**d, round(step * 10**d)))
    return Scale(start, end, tuple(round(i * step, 9) + 0.0 for i in count), decimals)


def common_scale(every: Iterable[Series]) -> Scale:
    """One axis for a grid of charts. Raises ValueError when no series has a value."""
    ends = [extent(series, with_target=False) for series in every if series.has_values]
    return scale_over(min(low for low, _ in ends), max(high for _, high in ends))


def month_ticks(
    months: Sequence[date], step: int, names: Sequence[str]
) -> tuple[list[int], list[str]]:
    """Positions and texts of every `step`-th month from January, the year under January.

    A step of 12 shows years only. The first tick carries its year too.
    """
    at = [i for i, month in enumerate(months) if (month.month - 1) % step == 0]
    if step >= 12:
        return at, [str(months[i].year) for i in at]
    texts = [
        f"{names[months[i].month - 1]}<br>{months[i].year}"
        if months[i].month == 1 or i == at[0]
        else names[months[i].month - 1]
        for i in at
    ]
    return at, texts


# A year's text takes about so much of a small chart's width.
EVENTS_OF_A_TEXT = 9


def event_ticks(dates: Sequence[date]) -> tuple[list[int], list[str]]:
    """Positions and texts for a chart by event: the first event of every year.

    A first year of few events has no tick: its text and the next one's would lie over each other.
    """
    at = [i for i, day in enumerate(dates) if i == 0 or day.year != dates[i - 1].year]
    room = math.ceil(len(dates) / EVENTS_OF_A_TEXT)
    roomy = [i for i, following in pairwise([*at, len(dates) + room]) if following - i >= room]
    return roomy, [str(dates[i].year) for i in roomy]


def _step(span: float) -> float:
    """The smallest round step that needs no more than the most ticks."""
    power = 10.0 ** math.floor(math.log10(span / MOST_TICKS))
    return next(power * s for s in STEPS if span / (power * s) <= MOST_TICKS)
