"""How large a chart is and how heavy its lines are: one Spec for each Size.

Here: pixels and points, measured once on the design. Not here: colours (theme.py), what is drawn
(layers.py). Heights never change with the window, widths do, so labels that are pushed apart in
pixels stay right when a chart is resized.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Months (or events) in a picture and the table below it; older ones are in the CSV file alone.
MOST_MONTHS = 36


class Size(StrEnum):
    """`large` fills the page, `medium` half of it, `small` is one of a grid."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Pixels of one size. `tick_months` is the step of the month axis (narrow pages: twice it)."""

    height: int
    left: int
    right: int
    top: int
    bottom: int
    font: int
    label_font: int
    label_gap: int
    centre_width: float
    line_width: float
    circle: float
    square: float
    diamond: float
    rim: float
    last_adds: float
    tick_months: int
    has_target: bool = True
    has_sentences: bool = True


SPECS = {
    Size.LARGE: Spec(
        height=440, left=44, right=132, top=14, bottom=40, font=13, label_font=13, label_gap=17,
        centre_width=1.5, line_width=1.5, circle=7, square=9.5, diamond=10.5, rim=1.25,
        last_adds=2.5, tick_months=3,
    ),
    Size.MEDIUM: Spec(
        height=270, left=44, right=132, top=12, bottom=40, font=13, label_font=13, label_gap=17,
        centre_width=1.5, line_width=1.5, circle=6, square=8.5, diamond=9.5, rim=1,
        last_adds=2.5, tick_months=6,
    ),
    Size.SMALL: Spec(
        height=180, left=38, right=60, top=10, bottom=34, font=12, label_font=12, label_gap=14,
        centre_width=1.25, line_width=1.1, circle=3.4, square=6.5, diamond=7, rim=0.75,
        last_adds=2.5, tick_months=12, has_target=False, has_sentences=False,
    ),
}  # fmt: skip

# Under 620 px the labels at the right are short; see charts.js, which applies `narrow`.
NARROW_LEFT, NARROW_RIGHT, NARROW_FONT = 36, 78, 12
