"""Whether a series has a verdict for the month it ends with, and what is told where it has none."""

from datetime import date
from typing import Any

import pytest

from reports.figures.series import Point, Series
from reports.months import later, months
from reports.standing import Standing, standing

OCTOBER = date(2026, 10, 1)
QUIET = {"value": 6.0, "verdict": "common_cause", "state": "final"}
SIGNAL = {"value": 9.0, "verdict": "concern", "state": "final"}


def series(*last: dict[str, Any], count: int = 24, **facts: Any) -> Series:
    """Quiet months up to October, the last ones as given."""
    told = [QUIET] * (count - len(last)) + list(last)
    span = months(later(OCTOBER, 1 - count), OCTOBER)
    points = (Point(period=p, **fields) for p, fields in zip(span, told, strict=True))
    return Series(key="w/m/organisation/7A4", points=tuple(points), **facts)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (series(QUIET), Standing.JUDGED),
        (series(SIGNAL), Standing.JUDGED),
        (series({"value": None}), Standing.GAP),
        (series({"value": 5.0, "state": "incomplete"}), Standing.HOLLOW),
        (series({"value": 5.0, "state": "final", "excluded": True}), Standing.HOLLOW),
        (series({"value": 5.0, "state": "immature"}), Standing.JUDGED),
        # As the steps have it: what is too young is left out of limits and rules.
        (series({"value": 5.0, "state": "immature", "excluded": True}), Standing.JUDGED),
        (series({"value": 5.0, "state": "immature"}, count=1), Standing.HOLLOW),
        (series({"value": 0.0, "state": "final", "verdict": "none"}), Standing.NOT_JUDGED),
        (series(QUIET, count=9), Standing.TOO_FEW),
        (series(SIGNAL, count=9), Standing.JUDGED),
        (Series(key="w/m/organisation/7A4", points=()), Standing.NEVER),
    ],
)
def test_a_series_stands_where_its_last_point_does(known: Series, expected: Standing) -> None:
    assert standing(known) is expected


def test_a_chart_by_event_has_no_month_to_miss() -> None:
    events = tuple(
        Point(period=date(2026, month, 9), value=30.0, verdict="common_cause")
        for month in range(1, 8)
    )
    known = Series(key="w/m/organisation/7A4", points=events * 2, chart="t")
    assert standing(known) is Standing.JUDGED
