"""The small picture of a series: whole pixels, steps, a mark for the last point."""

import re
from dataclasses import replace
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


def test_a_mean_far_from_the_values_stays_in_the_picture() -> None:
    """Values of 0 and 10, a mean of 40: of 24 - 6 pixels 18 are for 40, so 10 is 4.5 above 0."""
    far = series(0.0, 10.0)
    points = tuple(replace(point, centre=40.0) for point in far.points)
    svg = sparkline(replace(far, points=points), 110, 24)
    assert 'class="sm" d="M3 3H105"' in svg
    assert line(svg) == "M3 21l102-5"


def test_of_each_phase_only_the_mean_that_is_drawn_takes_room() -> None:
    """A phase's mean is told by its last limited point: an earlier one's 99 is not drawn."""
    two = series(0.0, 10.0)
    first, last = two.points
    points = (
        replace(first, centre=99.0),
        replace(last, centre=5.0, lower_2sigma=2.0, upper_2sigma=8.0),
    )
    assert line(sparkline(replace(two, points=points), 110, 24)) == "M3 21l102-18"


def test_the_last_point_has_the_shape_of_its_verdict() -> None:
    assert "<circle" in sparkline(series(1.0, 2.0))
    assert 'class="sp con"' in sparkline(series(1.0, 2.0, verdict="concern"))
    assert "h6.4v6.4" in sparkline(series(1.0, 2.0, verdict="concern"))


def test_there_is_no_picture_without_a_value() -> None:
    assert sparkline(series(None, None)) == ""
