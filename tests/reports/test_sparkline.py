"""The small picture of a series: whole pixels, steps, a mark for the last point."""

import re
from datetime import date

from reports.figures.series import Point, Series
from reports.figures.sparkline import sparkline


def series(*values: float | None, verdict: str = "common_cause") -> Series:
    points = [
        Point(period=date(2026, month, 1), value=value, verdict=verdict, centre=5.0, phase=1)
        for month, value in enumerate(values, start=1)
    ]
    return Series(key="w/m/wales/wales", points=tuple(points))


def line(svg: str) -> str:
    found = re.search(r'class="sl" d="([^"]*)"', svg)
    assert found is not None
    return found[1]


def test_the_line_goes_in_steps_from_the_first_place() -> None:
    """Width 17 leaves 12 - 2 for three points, height 16 leaves 10 for a range of 10."""
    assert line(sparkline(series(0.0, 10.0, 5.0), 18, 16)) == "M3 13l5-10 5 5"


def test_a_gap_breaks_the_line() -> None:
    assert line(sparkline(series(0.0, 10.0, None, 0.0), 23, 16)) == "M3 13l5-10M18 13h0"


def test_the_last_point_has_the_shape_of_its_verdict() -> None:
    assert "<circle" in sparkline(series(1.0, 2.0))
    assert 'class="sp con"' in sparkline(series(1.0, 2.0, verdict="concern"))
    assert "h6.4v6.4" in sparkline(series(1.0, 2.0, verdict="concern"))


def test_there_is_no_picture_without_a_value() -> None:
    assert sparkline(series(None, None)) == ""
