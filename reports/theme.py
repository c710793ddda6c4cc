"""Colours, shapes and short names by verdict: one palette for charts, icons and pages.

Here: the tokens that Python draws with; static/report.css has the same under the same names and a
test compares them. Not here: sizes of charts (figures/sizes.py). A verdict is told by shape and
word as well as by colour; every colour of a verdict has a contrast of 4.5 or more on white.
"""

from __future__ import annotations

from dataclasses import dataclass

INK = "#212b32"
INK_QUIET = "#4c6272"
PAPER = "#ffffff"
WASH = "#f0f4f5"
NAVY = "#1b5768"
LINK = "#005eb8"
FOCUS = "#ffeb3b"

COMMON_CAUSE = "#5f6163"
IMPROVEMENT = "#0072ce"
CONCERN = "#c74900"
CHANGE = "#330072"
TARGET = "#d4351c"

# The same verdicts as words on a tint, where the colours above fall under 4.5.
IMPROVEMENT_TEXT = "#005fae"
CONCERN_TEXT = "#ad3f00"
IMPROVEMENT_TINT = "#eef5fc"
CONCERN_TINT = "#fdf2eb"
CHANGE_TINT = "#f3f0f8"

CHART_BAND = "#eef2f4"
CHART_GRID = "#e8edee"
SPARK_BAND = "#e6ebee"


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict looks: colour, plotly's name of the shape, class name in the style sheet."""

    colour: str
    symbol: str
    short: str


_COMMON = Look(COMMON_CAUSE, "circle", "cc")
LOOKS = {
    "none": _COMMON,
    "common_cause": _COMMON,
    "improvement": Look(IMPROVEMENT, "diamond", "imp"),
    "concern": Look(CONCERN, "square", "con"),
    "change": Look(CHANGE, "triangle-up", "neu"),
    "change_high": Look(CHANGE, "triangle-up", "neu"),
    "change_low": Look(CHANGE, "triangle-down", "neu"),
}


def verdict_colour(verdict: str) -> str:
    """The colour of points, icons and bars. Raises KeyError for an unknown verdict."""
    return LOOKS[verdict].colour


def verdict_symbol(verdict: str) -> str:
    """circle, diamond, square, triangle-up or triangle-down: plotly's names."""
    return LOOKS[verdict].symbol


def verdict_class(verdict: str) -> str:
    """The short name in style sheets: cc, imp, con or neu."""
    return LOOKS[verdict].short
